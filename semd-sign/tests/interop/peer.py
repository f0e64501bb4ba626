"""Signatures by the package gostcrypto, for the tests: a line of JSON in, a line out. Numbers are big-endian hexadecimal."""

import json
import sys

from gostcrypto import gosthash, gostsignature


def answer(question):
    octets = lambda name: bytearray.fromhex(question[name])
    width = len(octets("digest"))
    mode = gostsignature.MODE_256 if width == 32 else gostsignature.MODE_512
    signer = gostsignature.new(mode, gostsignature.CURVES_R_1323565_1_024_2019[question["curve"]])
    # The package reads the digest as a big-endian number; RFC 7091 reads it from its other end.
    number = octets("digest")[::-1]
    if question["do"] == "hash":
        name = "streebog256" if width == 32 else "streebog512"
        return gosthash.new(name, data=octets("message")).digest().hex()
    if question["do"] == "sign":
        value = signer.sign(octets("secret"), number)
        return {"r": value[:width].hex(), "s": value[width:].hex()}
    public = octets("x") + octets("y")
    return signer.verify(public, number, octets("r") + octets("s"))


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
