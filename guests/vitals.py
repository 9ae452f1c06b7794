#!/usr/bin/env python3
"""Prints the vitals of a running self_checker: vitals.py DIR/vitals (layout: threads/vitals.h)."""
import struct
import sys

data = open(sys.argv[1], "rb").read()
magic, used, handler_runs, pid = struct.unpack_from("<8s3q", data)
assert magic == b"vitals 1", "no vitals"
print(f"pid {pid}, SIGALRM handler ran {handler_runs} times")
print("worker                         ticks  errors  eintrs  longest_us  first error")
for i in range(used):
    *words, name = struct.unpack_from("<6q32s", data, 64 + 80 * i)
    ticks, errors, first, detail, eintrs, longest = words
    name = name.rstrip(b"\0").decode()
    print(f"{name:27} {ticks:8} {errors:7} {eintrs:7} {longest:11}", f"{first} ({detail})" if errors else "")
