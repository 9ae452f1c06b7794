"""A Redis server under load: each answer is the one that must come. Says PASS when the file go is there."""
import os
import socket
import subprocess
import time

server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", "s", "--save", ""])
client = socket.socket(socket.AF_UNIX)
while client.connect_ex("s") != 0:
    time.sleep(0.01)
stream = client.makefile("rwb")


def ask(*words):
    stream.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
    stream.flush()
    line = stream.readline().strip()
    return stream.read(int(line[1:]) + 2)[:-2] if line.startswith(b"$") and line != b"$-1" else line


def put(name, text):
    with open(name + ".part", "w") as file:
        file.write(text)
    os.rename(name + ".part", name)


count = 0
wrong = ""
while not os.path.exists("go") and not wrong:
    count += 1
    key, value = b"key:%d" % (count % 5000), b"%d" % count * 20
    expected = [b":%d" % count, b"+OK", value]
    got = [ask(b"INCR", b"count"), ask(b"SET", key, value), ask(b"GET", key)]
    if got != expected:
        wrong = f"FAIL: {got}, not {expected}"
    if count == 100:
        put("ready", "ready\n")
    if count % 10 == 0:
        time.sleep(0.001)
stream.write(b"*2\r\n$8\r\nSHUTDOWN\r\n$6\r\nNOSAVE\r\n")
stream.flush()
status = server.wait()
put("result", wrong or ("PASS\n" if status == 0 else f"FAIL: the server ended with {status}"))
