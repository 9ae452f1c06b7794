"""Numbers through a pipeline of processes, none lost and none twice. Says PASS when the file go is there."""
import os
import subprocess
import time

reading, writing = os.pipe()
filters = [subprocess.Popen(["sed", "-u", "s/^/n/"], stdin=reading, stdout=subprocess.PIPE)]
os.close(reading)
filters.append(subprocess.Popen(["sed", "-u", "s/^n//"], stdin=filters[0].stdout, stdout=subprocess.PIPE))
filters[0].stdout.close()
producer = os.fork()
if producer == 0:
    count = 0
    while not os.path.exists("go"):
        count += 1
        os.write(writing, b"%d\n" % count)
        if count % 10 == 0:
            time.sleep(0.001)
    os._exit(0)
os.close(writing)


def put(name, text):
    with open(name + ".part", "w") as file:
        file.write(text)
    os.rename(name + ".part", name)


expected = 0
wrong = ""
for line in filters[1].stdout:
    expected += 1
    if int(line) != expected:
        wrong = wrong or f"FAIL: {line}, not {expected}"
    if expected == 100:
        put("ready", "ready\n")
ends = [os.waitpid(producer, 0)[1]] + [one.wait() for one in filters]
put("result", wrong or ("PASS\n" if ends == [0, 0, 0] else f"FAIL: they ended with {ends}"))
