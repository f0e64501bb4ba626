"""semd from Python: build, check, show, sign with a key in a file and with a device of one's own, judge, foresee.

    example.py LIBRARY CARD.json KEY CERT ROOT

scripts/ffi-check.sh makes the files and runs this under valgrind.
"""

import json
import pathlib
import sys
import threading

import semd


def main(library_path, card_path, key_path, certificate_path, root_path):
    library = semd.Library(library_path, lang="en")
    card = json.loads(pathlib.Path(card_path).read_text(encoding="utf-8"))
    key, certificate, root = (pathlib.Path(path).read_bytes() for path in (key_path, certificate_path, root_path))
    print("semd", library.version)

    with semd.Builder(library) as builder:
        document = builder.build(card)
        print("build:", document[:5].decode())
        try:
            builder.build({"kind": "119", "created": "yesterday"})
        except semd.SemdError as error:
            print("bad card:", error.code, [fault["pointer"] for fault in error.faults][:1])

    with semd.Validator(library, lang="en") as validator, semd.Trust(library) as trust:
        report = validator.validate(document, file="a.xml")
        print("validate:", report["schema"], report["verdict"])
        assert report["verdict"] == "valid", report

        # A ctypes call lets other threads run, so documents are checked in parallel.
        verdicts = []
        check = lambda: verdicts.append(validator.validate(document)["verdict"])  # noqa: E731
        threads = [threading.Thread(target=check) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verdicts == ["valid"] * 4, verdicts

        trust.add(semd.TRUST_ROOT, root)
        with semd.Signer(library, key, certificate) as signer:
            container = signer.sign(document)
            judged = trust.verify(document, container, lang="en")
            print("verify:", judged["schema"], judged["verdict"])
            assert judged["verdict"] == "total-passed", judged
            changed = trust.verify(document + b"\n", container)
            print("verify a changed document:", changed["codes"])
            assert "DIGEST_MISMATCH" in changed["codes"], changed

            # A token or a certified crypto provider of one's own; the library's key stands for it here.
            device = lambda message, digest: signer.sign_message(message)  # noqa: E731
            with semd.OwnSigner(library, certificate, device) as own:
                by_device = own.sign(document)
            print("verify the device:", trust.verify(document, by_device)["verdict"])
            assert trust.verify(document, by_device)["verdict"] == "total-passed"

        def pulled_out(message, digest):
            raise OSError("the token was pulled out")

        with semd.OwnSigner(library, certificate, pulled_out) as own:
            try:
                own.sign(document)
            except semd.SemdError as error:
                print("device:", error.code, "-", error.__cause__)

        signatures = {"doctor": container}
        page = semd.render(library, document, trust, signatures, lang="en")
        assert page.rstrip().endswith("</html>") and "Signed with an electronic signature" in page
        print("render: a page")

        with semd.Preflight(library, validator, trust, lang="en") as preflight:
            print("preflight:", preflight.check(document, signatures)["schema"])
            made = preflight.request(document, signatures)
            assert made["request"]["kind"] == "119", made
            print("request: missing", [one["field"] for one in made["missing"]])

        try:
            validator.validate(None)
        except semd.SemdError as error:
            print("null:", error)

    print("live handles:", library.live_handles)
    assert library.live_handles == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
