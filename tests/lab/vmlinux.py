#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""vmlinux.py BZIMAGE OUT: take the ELF kernel out of a bzImage.

QEMU starts it through its PVH note. Under emulation that saves the seconds
that the kernel's own decompressor takes at every boot.
"""
import os
import struct
import subprocess
import sys

TOOLS = {
    b"\xfd7zXZ\0": ["xz", "-dc", "--single-stream"],
    b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
    b"\x1f\x8b\x08": ["gzip", "-dcq"],
}


def payload(image):
    """The compressed kernel; offsets are in the boot protocol's header."""
    sects = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (sects + 1) * 512 + offset
    return image[start:start + length]


def unpack(data):
    for magic, tool in TOOLS.items():
        if data.startswith(magic):
            # the four bytes after the stream hold the unpacked size
            run = subprocess.run(tool, input=data, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, check=False)
            return run.stdout
    sys.exit("lab: kernel image compressed in an unknown way")


def main():
    with open(sys.argv[1], "rb") as f:
        elf = unpack(payload(f.read()))
    if not elf.startswith(b"\x7fELF"):
        sys.exit("lab: no ELF kernel inside " + sys.argv[1])
    with open(sys.argv[2] + ".new", "wb") as f:
        f.write(elf)
    os.rename(sys.argv[2] + ".new", sys.argv[2])


main()
