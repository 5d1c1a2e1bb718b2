/**
 * Stands in a configuration for its generation until the text is whole: 16 hex digits of what only a reload can
 * bring. A proxy that is asked tells the generation of the configuration that it really serves.
 */
export const GENERATION_MARK = '@generation@';

/** The name under which nginx is asked for its generation; nobody can own a name below `.invalid` (RFC 2606). */
export const GENERATION_HOST = 'generation.meteor-lb.invalid';
