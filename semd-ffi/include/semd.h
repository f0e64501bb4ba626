/* The C interface of semd: structured electronic medical documents (СЭМД).
 *
 * Made of the sources of semd-ffi; do not edit. docs/c-interface.md explains it, examples/c and examples/python use it.
 *
 * Every function answers a status; 0 is good. `error` of a function may be null; else it gets 0, or on failure the handle
 * of an error, to be freed with semd_free. `out` is written on success only. All texts are UTF-8 with a length. All
 * functions may be called by any thread at any time; what is passed must stay unchanged until the call returns.
 */

#ifndef SEMD_H
#define SEMD_H

#include <stddef.h>
#include <stdint.h>

/**
 * Version of the interface this header describes: major version × 65536 + minor version. Functions are only added while
 * the major version stays; it rises when one is changed or removed.
 */
#define SEMD_ABI_VERSION 65536

/**
 * Texts in Russian.
 */
#define SEMD_LANG_RU 0

/**
 * Texts in English.
 */
#define SEMD_LANG_EN 1

/**
 * Trusted roots, PEM (one or more) or DER.
 */
#define SEMD_TRUST_ROOT 1

/**
 * Intermediate certificates, PEM (one or more) or DER. They help to build chains and are not trusted.
 */
#define SEMD_TRUST_INTERMEDIATE 2

/**
 * A revocation list, PEM or DER.
 */
#define SEMD_TRUST_CRL 3

/**
 * An OCSP response, DER.
 */
#define SEMD_TRUST_OCSP 4

/**
 * The list of accredited authorities, XML: issuers must be on it.
 */
#define SEMD_TRUST_ACCREDITED 5

/**
 * How a call ended. Values are only added; treat one you do not know as a failure.
 */
enum SemdStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Done. A document with findings or a bad signature is done, too: the report says so.
   */
  SEMD_STATUS_OK = 0,
  /**
   * The call is wrong: a null pointer, a length, a text that is not UTF-8, a handle that is not one. Mend the program.
   */
  SEMD_STATUS_ARGUMENT = 1,
  /**
   * The options are not the JSON expected. Mend the program.
   */
  SEMD_STATUS_OPTIONS = 2,
  /**
   * The document, card, certificate, key or list is not what it should be. Mend the data.
   */
  SEMD_STATUS_INPUT = 3,
  /**
   * The password of a key is missing or wrong.
   */
  SEMD_STATUS_PASSWORD = 4,
  /**
   * The key did not sign.
   */
  SEMD_STATUS_SIGNER = 5,
  /**
   * Something outside failed: a file, a folder, the source of randomness. The same call may succeed later.
   */
  SEMD_STATUS_ENVIRONMENT = 6,
  /**
   * A bug of the library. The call did nothing; everything else still works.
   */
  SEMD_STATUS_INTERNAL = 101,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum SemdStatus SemdStatus;
#else
typedef int32_t SemdStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An object of the library: a validator, builder, signer, set of trust, preflight or error. 0 is never one. It lives until
 * semd_free; a call that uses it at that moment ends undisturbed.
 */
typedef uint64_t SemdHandle;

/**
 * Octets that the library made. They belong to the caller until semd_buffer_free. Behind the last octet stands a zero that
 * `length` does not count, so that text can be read as a C string.
 */
typedef struct {
  /**
   * The octets; null when there are none.
   */
  uint8_t *data;
  /**
   * Number of octets.
   */
  size_t length;
} SemdBuffer;

/**
 * A function of the caller that signs: this is how a token or a certified crypto provider is attached.
 *
 * It hashes `message` (GOST R 34.11-2012 of the key's size) and signs the digest; `digest` is that digest for holders of keys
 * that sign digests only. It writes the signature to `signature`, which has room for `capacity` octets, its length to
 * `signature_length`, and answers 0; any other answer says that it did not sign, and comes back in the text of the error.
 * The signature is s‖r, big-endian, 64 or 128 octets. CryptoAPI gives the octets of a signature in reverse order: reverse
 * them. A finished container is verified before it is given out, so another order is found at once.
 *
 * It is called on the thread that called semd_sign, and by several threads at once if several sign with the handle. It must
 * not throw an exception or jump out.
 */
typedef int32_t (*SemdSign)(void *context,
                            const uint8_t *message,
                            size_t message_length,
                            const uint8_t *digest,
                            size_t digest_length,
                            uint8_t *signature,
                            size_t capacity,
                            size_t *signature_length);

/**
 * A function of the caller that is told, once, when the library needs `context` no more: after semd_free and after the last
 * signature under way. It must not throw an exception.
 */
typedef void (*SemdRelease)(void *context);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the interface that the loaded library has, as SEMD_ABI_VERSION. A caller compares it when it loads the
 * library: the major version must be equal, the minor version not smaller than that of the header.
 */
uint32_t semd_abi_version(void);

/**
 * The version of semd, as text with a zero at its end. It lives as long as the library; do not free it.
 */
const char *semd_version(void);

/**
 * Frees the object of any handle. 0 is permitted and does nothing; a handle that does not exist, or was freed already, is
 * SEMD_STATUS_ARGUMENT and does no harm.
 */
SemdStatus semd_free(SemdHandle handle);

/**
 * The number of live handles, errors among them: what a caller has not freed yet. For tests of callers.
 */
size_t semd_handle_count(void);

/**
 * Frees the octets of a buffer and empties it, so that freeing it again does nothing. Null is permitted.
 *
 * # Safety
 * `buffer` is null or points to a buffer that is empty or was filled by this library; no copy of it was freed.
 */
void semd_buffer_free(SemdBuffer *buffer);

/**
 * The stable name of an error's cause, as text with a zero at its end, which lives as long as the library; null when the
 * handle is not an error. docs/c-interface.md lists the names.
 */
const char *semd_error_code(SemdHandle error);

/**
 * The text of an error: what is wrong, where, and what to do. `lang` is SEMD_LANG_RU or SEMD_LANG_EN.
 *
 * # Safety
 * `out` may be written to.
 */
SemdStatus semd_error_message(SemdHandle error,
                              uint32_t lang,
                              SemdBuffer *out);

/**
 * Everything about an error as JSON: `{"status":3,"code":"card","message":"…","faults":[{"pointer":"/created",
 * "message":"…"}]}`. `faults` are those of a card that semd_build refused, each with its place (RFC 6901).
 *
 * # Safety
 * `out` may be written to.
 */
SemdStatus semd_error_details(SemdHandle error,
                              uint32_t lang,
                              SemdBuffer *out);

/**
 * Makes a validator, which compiles each rule package when the first document of its kind comes, once. Make one and keep it.
 *
 * `options`, JSON, UTF-8, `options_length` octets; null with length 0 for the defaults:
 * `{"packages": ["DIR"], "nsi": "PATH", "lang": "ru"}`. `packages` are folders `<kind>/schematron.sch`,
 * `<kind>/xsd/CDA.xsd`; without it the small built-in packages are used, which are not the official rules. `nsi` is a store
 * of dictionaries (`semd nsi import`) or a folder of their files. `lang` is the language of reports, `ru` or `en`.
 *
 * # Safety
 * `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_validator_new(const char *options,
                              size_t options_length,
                              SemdHandle *out,
                              SemdHandle *error);

/**
 * Checks a document. `out` gets the report, JSON of schema `semd.report/1`: verdict and findings. A document that is no XML,
 * or that nothing could be checked of, has a report, too.
 *
 * `options`: `{"file": "a.xml", "kind": "119", "as_of": "2026-12-31", "layers": ["xsd", "schematron", "nsi", "rule"]}`, all
 * of them optional. `file` is only repeated in the report; `kind` is found from the document when absent; `as_of` is the day
 * of registration.
 *
 * # Safety
 * `document` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be
 * written to.
 */
SemdStatus semd_validate(SemdHandle validator,
                         const uint8_t *document,
                         size_t document_length,
                         const char *options,
                         size_t options_length,
                         SemdBuffer *out,
                         SemdHandle *error);

/**
 * Makes a builder of documents. Make one and keep it.
 *
 * `options`: `{"cards": "DIR", "nsi": "PATH"}`. `cards` is a folder with further kinds (docs/cards.md); `nsi` is a store of
 * dictionaries that supplies the names of codes a card gives without one.
 *
 * # Safety
 * `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_builder_new(const char *options,
                            size_t options_length,
                            SemdHandle *out,
                            SemdHandle *error);

/**
 * Builds the document of a card (JSON, docs/cards.md). `out` gets the XML: these octets are what is signed, keep them as they
 * are. A card with faults is SEMD_STATUS_INPUT; semd_error_details names each fault with its place in the card.
 *
 * # Safety
 * `card` has `card_length` readable octets; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_build(SemdHandle builder,
                      const char *card,
                      size_t card_length,
                      SemdBuffer *out,
                      SemdHandle *error);

/**
 * Shows a document as one HTML page that needs nothing else: everything the signature covers, and the stamps of signatures,
 * which are judged by `trust` and what the register asks for. `trust` 0 is an empty set: the signatures cannot be confirmed
 * then. The page shows the persons of the document.
 *
 * `options`: `{"lang": "ru", "signatures": [{"role": "doctor", "data": "BASE64"}], "at": "now"}`, all of them optional; `at`
 * as for semd_verify.
 *
 * # Safety
 * `document` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be
 * written to.
 */
SemdStatus semd_render(const uint8_t *document,
                       size_t document_length,
                       SemdHandle trust,
                       const char *options,
                       size_t options_length,
                       SemdBuffer *out,
                       SemdHandle *error);

/**
 * Makes an empty set of trust: roots, intermediates, revocation data.
 *
 * # Safety
 * `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_trust_new(SemdHandle *out, SemdHandle *error);

/**
 * Adds to a set of trust; `kind` is one of SEMD_TRUST_…. What cannot be read changes nothing. Judgements that run at that
 * moment go by the set as it was.
 *
 * # Safety
 * `data` has `length` readable octets; `error` is null or may be written to.
 */
SemdStatus semd_trust_add(SemdHandle trust,
                          uint32_t kind,
                          const uint8_t *data,
                          size_t length,
                          SemdHandle *error);

/**
 * Opens a private key of a file: PKCS#8 (PEM or DER) or PKCS#12, with its certificate (PEM or DER).
 *
 * `password` null with length 0: none. The library keeps no copy of the password and wipes the key when the handle is freed;
 * wipe your own buffers. `certificate` null with length 0: the one in the PKCS#12 container.
 *
 * This is software cryptography, not a certified tool (СКЗИ): for tests and where no qualified signature is demanded. A
 * certified provider or token attaches by semd_signer_new.
 *
 * # Safety
 * `key`, `password` and `certificate` have their numbers of readable octets; `out` may be written to; `error` is null or may
 * be written to.
 */
SemdStatus semd_signer_open(const uint8_t *key,
                            size_t key_length,
                            const char *password,
                            size_t password_length,
                            const uint8_t *certificate,
                            size_t certificate_length,
                            SemdHandle *out,
                            SemdHandle *error);

/**
 * Makes a signer of a function of the caller and the certificate (PEM or DER) of the key behind it. `context` is passed to
 * `sign` and `release` as it is; `release` may be null. When the call fails, `release` is not called.
 *
 * # Safety
 * `certificate` has its number of readable octets; `sign` and `release` take `context`, on any thread, until `release` has
 * been called; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_signer_new(const uint8_t *certificate,
                           size_t certificate_length,
                           SemdSign sign,
                           SemdRelease release,
                           void *context,
                           SemdHandle *out,
                           SemdHandle *error);

/**
 * Signs a document: `out` gets a CAdES-BES container, DER, with one signer, its certificate and the signing time, which was
 * verified before it is given out.
 *
 * `options`: `{"signing_time": "2026-12-31T12:00:00+03:00", "attached": false}`, both optional. The signing time is a claim;
 * the clock's when absent. `attached` puts the document inside the container; the register wants it outside.
 *
 * # Safety
 * `content` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be written
 * to.
 */
SemdStatus semd_sign(SemdHandle signer,
                     const uint8_t *content,
                     size_t content_length,
                     const char *options,
                     size_t options_length,
                     SemdBuffer *out,
                     SemdHandle *error);

/**
 * Signs a message bare, without a container: `out` gets s‖r, big-endian, 64 or 128 octets, over the message's digest by
 * GOST R 34.11-2012. For protocols that have containers of their own.
 *
 * # Safety
 * `message` has its number of readable octets; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_sign_message(SemdHandle signer,
                             const uint8_t *message,
                             size_t message_length,
                             SemdBuffer *out,
                             SemdHandle *error);

/**
 * Judges a signature container (DER, BER, PEM or base64). `out` gets the report, JSON of schema `semd.signature/1`. A bad
 * signature is a verdict, not a failure of the call.
 *
 * `content` null with length 0: the document is inside the container.
 *
 * `options`: `{"at": "now", "policy": "remd", "policy_toml": "…", "lang": "ru", "show_pii": false, "file": "a.xml",
 * "signature": "a.doctor.p7s"}`, all of them optional. `at` is the moment at which certificates must be valid: `now`,
 * `signing-time`, or date and time with zone. `policy` is `remd` (what the register takes) or `basic`; `policy_toml` is the
 * text of a policy of your own. `show_pii` shows names and numbers of persons, which are masked else.
 *
 * # Safety
 * `content`, `container` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or
 * may be written to.
 */
SemdStatus semd_verify(SemdHandle trust,
                       const uint8_t *content,
                       size_t content_length,
                       const uint8_t *container,
                       size_t container_length,
                       const char *options,
                       size_t options_length,
                       SemdBuffer *out,
                       SemdHandle *error);

/**
 * Makes a preflight of a validator and a set of trust, both as they are now; they may be freed or changed after it.
 *
 * `options`: `{"data": "DIR", "lang": "ru", "show_pii": false}`, all of them optional. `data` is a folder of reference data
 * (docs/reference-data.md).
 *
 * # Safety
 * `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
 */
SemdStatus semd_preflight_new(SemdHandle validator,
                              SemdHandle trust,
                              const char *options,
                              size_t options_length,
                              SemdHandle *out,
                              SemdHandle *error);

/**
 * Foresees what the register would answer. `out` gets the report, JSON of schema `semd.preflight/1`.
 *
 * `bundle`, JSON: `{"signatures": [{"role": "doctor", "data": "BASE64"}, {"role": "organization", "data": "BASE64"}],
 * "request": {…}, "result": {…}, "kind": "119", "as_of": "2026-12-31T12:00:00+03:00", "file": "a.xml"}`, all of it optional.
 * `request` and `result` are the contents of `NAME.remd.json` and `NAME.result.json`; `as_of` is the moment at which the
 * register would check, now when absent.
 *
 * # Safety
 * `document` and `bundle` have their numbers of readable octets; `out` may be written to; `error` is null or may be written
 * to.
 */
SemdStatus semd_preflight(SemdHandle preflight,
                          const uint8_t *document,
                          size_t document_length,
                          const char *bundle,
                          size_t bundle_length,
                          SemdBuffer *out,
                          SemdHandle *error);

/**
 * Makes the registration request of a document and its signatures. `out` gets JSON: `{"request": {…}, "missing": [{"field":
 * "personalSignatures[DOCTOR].signer.birthDate", "why": "…"}]}`. `request` has the fields of `registerDocument`, signatures
 * and checksums included; `missing` are the fields that the register asks for and nobody has given: fill them in by `request`
 * of the bundle. `bundle` as for semd_preflight. The request holds personal data.
 *
 * # Safety
 * As semd_preflight.
 */
SemdStatus semd_registration_request(SemdHandle preflight,
                                     const uint8_t *document,
                                     size_t document_length,
                                     const char *bundle,
                                     size_t bundle_length,
                                     SemdBuffer *out,
                                     SemdHandle *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SEMD_H */
