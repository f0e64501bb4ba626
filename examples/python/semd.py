"""semd from Python: the C interface through ctypes, standard library only.

A thin layer to be copied and changed. Handles are freed by `with` or by the collector; errors are exceptions.
"""

import base64
import ctypes
import json
import os

TRUST_ROOT, TRUST_INTERMEDIATE, TRUST_CRL, TRUST_OCSP, TRUST_ACCREDITED = range(1, 6)
_LANGUAGES = {"ru": 0, "en": 1}
_ABI_MAJOR = 1


class _Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_uint8)), ("length", ctypes.c_size_t)]


_HANDLE, _SIZE, _BYTES = ctypes.c_uint64, ctypes.c_size_t, ctypes.c_char_p
_OUT_HANDLE, _OUT_BUFFER = ctypes.POINTER(_HANDLE), ctypes.POINTER(_Buffer)
_SIGN = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_uint8), _SIZE,
    ctypes.POINTER(ctypes.c_uint8), _SIZE,
    ctypes.POINTER(ctypes.c_uint8), _SIZE,
    ctypes.POINTER(_SIZE),
)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

# Arguments of each function; those that give a result and an error end in them.
_MAKES_HANDLE = [_OUT_HANDLE, _OUT_HANDLE]
_MAKES_BUFFER = [_OUT_BUFFER, _OUT_HANDLE]
_FUNCTIONS = {
    "semd_validator_new": [_BYTES, _SIZE] + _MAKES_HANDLE,
    "semd_validate": [_HANDLE, _BYTES, _SIZE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_builder_new": [_BYTES, _SIZE] + _MAKES_HANDLE,
    "semd_build": [_HANDLE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_render": [_BYTES, _SIZE, _HANDLE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_trust_new": _MAKES_HANDLE,
    "semd_trust_add": [_HANDLE, ctypes.c_uint32, _BYTES, _SIZE, _OUT_HANDLE],
    "semd_signer_open": [_BYTES, _SIZE] * 3 + _MAKES_HANDLE,
    "semd_signer_new": [_BYTES, _SIZE, _SIGN, _RELEASE, ctypes.c_void_p] + _MAKES_HANDLE,
    "semd_sign": [_HANDLE, _BYTES, _SIZE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_sign_message": [_HANDLE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_verify": [_HANDLE, _BYTES, _SIZE, _BYTES, _SIZE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_preflight_new": [_HANDLE, _HANDLE, _BYTES, _SIZE] + _MAKES_HANDLE,
    "semd_preflight": [_HANDLE, _BYTES, _SIZE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_registration_request": [_HANDLE, _BYTES, _SIZE, _BYTES, _SIZE] + _MAKES_BUFFER,
    "semd_error_details": [_HANDLE, ctypes.c_uint32, _OUT_BUFFER],
    "semd_free": [_HANDLE],
}


class SemdError(Exception):
    """A call that failed: `status`, stable `code`, text, and for cards the `faults` with their places."""

    def __init__(self, details):
        super().__init__(f"{details['code']}: {details['message']}")
        self.status = details["status"]
        self.code = details["code"]
        self.faults = details["faults"]


class Library:
    """The loaded library; `lang` is the language of errors."""

    def __init__(self, path, lang="ru"):
        self._functions = ctypes.CDLL(os.fspath(path))
        self._lang = _LANGUAGES[lang]
        for name, arguments in _FUNCTIONS.items():
            function = getattr(self._functions, name)
            function.argtypes, function.restype = arguments, ctypes.c_int32
        self._functions.semd_buffer_free.argtypes = [_OUT_BUFFER]
        self._functions.semd_buffer_free.restype = None
        self._functions.semd_abi_version.restype = ctypes.c_uint32
        self._functions.semd_version.restype = _BYTES
        self._functions.semd_handle_count.restype = _SIZE
        if self._functions.semd_abi_version() >> 16 != _ABI_MAJOR:
            raise ImportError(f"{path} has another interface")

    @property
    def version(self):
        return self._functions.semd_version().decode()

    @property
    def live_handles(self):
        return self._functions.semd_handle_count()

    def free(self, handle):
        self._functions.semd_free(handle)

    def handle(self, name, *arguments):
        """Calls a function that makes a handle."""
        out = _HANDLE(0)
        self._call(name, *arguments, ctypes.byref(out))
        return out.value

    def octets(self, name, *arguments):
        """Calls a function that makes octets."""
        out = _Buffer()
        self._call(name, *arguments, ctypes.byref(out))
        return self._take(out)

    def plain(self, name, *arguments):
        """Calls a function that makes nothing."""
        self._call(name, *arguments)

    def _call(self, name, *arguments):
        error = _HANDLE(0)
        if getattr(self._functions, name)(*arguments, ctypes.byref(error)) != 0:
            raise self._error(error)

    def _take(self, buffer):
        try:
            return ctypes.string_at(buffer.data, buffer.length)
        finally:
            self._functions.semd_buffer_free(ctypes.byref(buffer))

    def _error(self, error):
        details = _Buffer()
        self._functions.semd_error_details(error, self._lang, ctypes.byref(details))
        self._functions.semd_free(error)
        return SemdError(json.loads(self._take(details)))


def _text(options):
    octets = json.dumps(options).encode()
    return octets, len(octets)


def _octets(octets):
    return octets, len(octets) if octets is not None else 0


class _Object:
    """What stands behind a handle."""

    def __init__(self, library, handle):
        self.library, self.handle = library, handle

    def close(self):
        handle, self.handle = self.handle, 0
        self.library.free(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Builder(_Object):
    def __init__(self, library, **options):
        super().__init__(library, library.handle("semd_builder_new", *_text(options)))

    def build(self, card):
        """The document of a card."""
        return self.library.octets("semd_build", self.handle, *_text(card))


class Validator(_Object):
    def __init__(self, library, **options):
        super().__init__(library, library.handle("semd_validator_new", *_text(options)))

    def validate(self, document, **options):
        """The report on a document, semd.report/1."""
        arguments = (*_octets(document), *_text(options))
        return json.loads(self.library.octets("semd_validate", self.handle, *arguments))


class Trust(_Object):
    def __init__(self, library):
        super().__init__(library, library.handle("semd_trust_new"))

    def add(self, kind, octets):
        self.library.plain("semd_trust_add", self.handle, kind, *_octets(octets))

    def verify(self, document, container, **options):
        """The verdict on a signature, semd.signature/1. `document` None: it is inside the container."""
        arguments = (*_octets(document), *_octets(container), *_text(options))
        return json.loads(self.library.octets("semd_verify", self.handle, *arguments))


class Signer(_Object):
    """Signs with a key in a file."""

    def __init__(self, library, key, certificate=None, password=None):
        arguments = (*_octets(key), *_octets(password), *_octets(certificate))
        super().__init__(library, library.handle("semd_signer_open", *arguments))

    def sign(self, document, **options):
        """A CAdES-BES container."""
        return self.library.octets("semd_sign", self.handle, *_octets(document), *_text(options))

    def sign_message(self, message):
        """The bare signature s‖r."""
        return self.library.octets("semd_sign_message", self.handle, *_octets(message))


class OwnSigner(Signer):
    """Signs with a function of one's own: `sign(message, digest)` gives s‖r, or raises."""

    def __init__(self, library, certificate, sign):
        def callback(_, message, message_length, digest, digest_length, signature, capacity, length):
            # An exception must not cross the border: it is kept here and told by a number there.
            try:
                made = sign(ctypes.string_at(message, message_length), ctypes.string_at(digest, digest_length))
                if len(made) > capacity:
                    raise ValueError(f"a signature of {len(made)} octets")
                ctypes.memmove(signature, made, len(made))
                length[0] = len(made)
                return 0
            except Exception as error:  # noqa: BLE001: whatever it was
                self.failure = error
                return 1

        self.failure = None
        # The library calls it until the handle is freed: it must live as long as this object.
        self._callback = _SIGN(callback)
        arguments = (*_octets(certificate), self._callback, _RELEASE(), None)
        _Object.__init__(self, library, library.handle("semd_signer_new", *arguments))

    def sign(self, document, **options):
        try:
            return super().sign(document, **options)
        except SemdError as error:
            raise error from self.failure


class Preflight(_Object):
    def __init__(self, library, validator, trust, **options):
        arguments = (validator.handle, trust.handle, *_text(options))
        super().__init__(library, library.handle("semd_preflight_new", *arguments))

    def check(self, document, signatures, **bundle):
        """What the register would answer, semd.preflight/1. `signatures`: containers by role."""
        return self._ask("semd_preflight", document, signatures, bundle)

    def request(self, document, signatures, **bundle):
        """The registration request, and what is missing in it."""
        return self._ask("semd_registration_request", document, signatures, bundle)

    def _ask(self, name, document, signatures, bundle):
        bundle = _text({**bundle, "signatures": _signatures(signatures)})
        return json.loads(self.library.octets(name, self.handle, *_octets(document), *bundle))


def render(library, document, trust=None, signatures=None, **options):
    """The document as one HTML page with the stamps of signatures."""
    options = _text({**options, "signatures": _signatures(signatures or {})})
    handle = trust.handle if trust else 0
    return library.octets("semd_render", *_octets(document), handle, *options).decode()


def _signatures(containers):
    return [{"role": role, "data": base64.b64encode(octets).decode()} for role, octets in containers.items()]
