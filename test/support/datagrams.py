"""Prints what comes on a Unix datagram socket, a line each, as JSON; the first line says that it listens."""
import json, socket, sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps('listening'), flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
