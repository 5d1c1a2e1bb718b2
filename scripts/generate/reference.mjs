/** The reference of the cluster description as Markdown, made from its JSON Schema: a table for each map of keys. */
export const reference = (schema) => {
  const sections = [];
  describe(rootOf(schema), '', sections);
  return sections.join('\n\n');
};

/** A schema that has a name is written as a reference to its definition. */
const rootOf = (schema) => (schema.$ref ? schema.$defs[schema.$ref.split('/').at(-1)] : schema);

const describe = (schema, path, sections) => {
  const entries = Object.entries(schema.properties ?? {}).filter(([key]) => key !== '$schema');
  const required = new Set(schema.required ?? []);
  const rows = entries.map(
    ([key, value]) =>
      `| \`${key}\` | ${typeOf(value)} | ${defaultOf(value, required.has(key))} | ${cell(value.description)} |`,
  );
  sections.push(
    `#### ${path === '' ? 'At the top' : `\`${path}\``}\n\n| key | form | default | what it is |\n| --- | --- | --- | --- |\n${rows.join('\n')}`,
  );
  for (const [key, value] of entries) {
    for (const [suffix, object] of objectsIn(value)) {
      describe(object, `${path === '' ? '' : `${path}.`}${key}${suffix}`, sections);
    }
  }
};

/** The maps of keys below a value, each with what its path ends in. */
const objectsIn = (schema) => {
  if (schema.properties) return [['', schema]];
  if (schema.items) return objectsIn(schema.items).map(([suffix, object]) => [`[]${suffix}`, object]);
  if (typeof schema.additionalProperties === 'object') {
    return objectsIn(schema.additionalProperties).map(([suffix, object]) => [`.<name>${suffix}`, object]);
  }
  const choices = (schema.anyOf ?? []).flatMap(objectsIn);
  if (choices.length < 2) return choices;
  // Several kinds of maps, one key telling them apart: one table for all.
  return [['', { properties: Object.assign({}, ...choices.map(([, { properties }]) => properties)) }]];
};

const typeOf = (schema) => {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items).replace(/^a /, '')}`;
  return (
    { string: 'text', integer: 'number', number: 'number', boolean: 'true, false', object: 'map' }[
      schema.type
    ] ?? 'any'
  );
};

const defaultOf = ({ default: value }, required) => {
  if (required) return 'required';
  if (value === undefined || JSON.stringify(value) === '{}' || JSON.stringify(value) === '[]') return '';
  return `\`${typeof value === 'object' ? JSON.stringify(value) : value}\``;
};

const cell = (text = '') => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
