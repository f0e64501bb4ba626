/* semd from C: build a document of a card, check it, show it, sign it with a key in a file and with a device of one's own,
 * judge the signatures, foresee the register's answer, and see how errors are told.
 *
 *   example CARD.json KEY CERT ROOT PAGE.html
 *
 * scripts/ffi-check.sh makes the files, compiles and runs this under valgrind. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "semd.h"

/* Length of a text without its zero, as the interface wants it beside the text. */
#define TEXT(text) (text), strlen(text)

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* What an error says; frees it. */
static void tell(const char *what, SemdStatus status, SemdHandle error) {
    SemdBuffer message = {NULL, 0};
    if (semd_error_message(error, SEMD_LANG_EN, &message) == SEMD_STATUS_OK) {
        printf("%s: status %d, %s: %s\n", what, (int)status, semd_error_code(error), (const char *)message.data);
    }
    semd_buffer_free(&message);
    semd_free(error);
}

/* For calls that must not fail here. */
static void must(const char *what, SemdStatus status, SemdHandle error) {
    if (status != SEMD_STATUS_OK) {
        tell(what, status, error);
        exit(1);
    }
}

static SemdBuffer read_file(const char *path) {
    SemdBuffer file = {NULL, 0};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) {
        fail(path);
    }
    file.length = (size_t)ftell(stream);
    rewind(stream);
    file.data = malloc(file.length + 1);
    if (file.data == NULL || fread(file.data, 1, file.length, stream) != file.length) {
        fail(path);
    }
    fclose(stream);
    return file;
}

/* Reports are JSON; a real program reads them with its JSON library. */
static void expect(const char *what, const SemdBuffer *report, const char *part) {
    if (report->data == NULL || strstr((const char *)report->data, part) == NULL) {
        fprintf(stderr, "%s: no %s in %s\n", what, part, report->data ? (const char *)report->data : "nothing");
        exit(1);
    }
    printf("%s: %s\n", what, part);
}

static char *base64(const SemdBuffer *octets) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = malloc((octets->length + 2) / 3 * 4 + 1), *to = text;
    if (text == NULL) {
        fail("memory");
    }
    for (size_t at = 0; at < octets->length; at += 3) {
        size_t rest = octets->length - at;
        unsigned group = (unsigned)octets->data[at] << 16;
        group |= rest > 1 ? (unsigned)octets->data[at + 1] << 8 : 0;
        group |= rest > 2 ? (unsigned)octets->data[at + 2] : 0;
        *to++ = digits[group >> 18];
        *to++ = digits[group >> 12 & 63];
        *to++ = rest > 1 ? digits[group >> 6 & 63] : '=';
        *to++ = rest > 2 ? digits[group & 63] : '=';
    }
    *to = 0;
    return text;
}

/* A device of one's own: a token or a certified crypto provider. Here the library's software key stands for it; a real one
 * calls C_Sign or CryptSignHash, and takes `message` or `digest` as it can. */
struct device {
    SemdHandle key;
    int pulled_out;
};

static int32_t device_sign(void *context, const uint8_t *message, size_t message_length, const uint8_t *digest,
                           size_t digest_length, uint8_t *signature, size_t capacity, size_t *signature_length) {
    struct device *device = context;
    SemdBuffer made = {NULL, 0};
    (void)digest;
    (void)digest_length;
    if (device->pulled_out) {
        return 0x30; /* CKR_DEVICE_ERROR */
    }
    if (semd_sign_message(device->key, message, message_length, &made, NULL) != SEMD_STATUS_OK ||
        made.length > capacity) {
        semd_buffer_free(&made);
        return 5;
    }
    memcpy(signature, made.data, made.length);
    *signature_length = made.length;
    semd_buffer_free(&made);
    return 0;
}

static void device_close(void *context) {
    struct device *device = context;
    semd_free(device->key);
    free(device);
    printf("device: closed\n");
}

int main(int count, char **arguments) {
    if (count != 6) {
        fail("example CARD.json KEY CERT ROOT PAGE.html");
    }
    if (semd_abi_version() >> 16 != SEMD_ABI_VERSION >> 16 || semd_abi_version() < SEMD_ABI_VERSION) {
        fail("this library has another interface");
    }
    printf("semd %s\n", semd_version());
    SemdBuffer card = read_file(arguments[1]), key = read_file(arguments[2]);
    SemdBuffer certificate = read_file(arguments[3]), root = read_file(arguments[4]);
    SemdHandle error = 0;

    /* Build. */
    SemdHandle builder = 0;
    SemdBuffer document = {NULL, 0};
    must("builder", semd_builder_new(NULL, 0, &builder, &error), error);
    must("build", semd_build(builder, (const char *)card.data, card.length, &document, &error), error);
    printf("build: %s\n", strncmp((const char *)document.data, "<?xml", 5) == 0 ? "a document" : "no document");

    /* A card with faults: every one with its place. */
    SemdBuffer nothing = {NULL, 0}, faults = {NULL, 0};
    SemdStatus status = semd_build(builder, TEXT("{\"kind\": \"119\", \"created\": \"yesterday\"}"), &nothing, &error);
    must("faults", semd_error_details(error, SEMD_LANG_EN, &faults), 0);
    expect("faults", &faults, "\"pointer\":\"/created\"");
    tell("bad card", status, error);

    /* Check. */
    SemdHandle validator = 0;
    SemdBuffer report = {NULL, 0};
    must("validator", semd_validator_new(TEXT("{\"lang\": \"en\"}"), &validator, &error), error);
    must("validate", semd_validate(validator, document.data, document.length, TEXT("{\"file\": \"a.xml\"}"), &report, &error),
         error);
    expect("validate", &report, "\"verdict\":\"valid\"");

    /* Sign with a key in a file. A password would stand in the place of the first NULL. */
    SemdHandle signer = 0, trust = 0;
    SemdBuffer container = {NULL, 0}, judged = {NULL, 0};
    must("signer",
         semd_signer_open(key.data, key.length, NULL, 0, certificate.data, certificate.length, &signer, &error), error);
    must("sign", semd_sign(signer, document.data, document.length, NULL, 0, &container, &error), error);

    /* Judge. */
    must("trust", semd_trust_new(&trust, &error), error);
    must("root", semd_trust_add(trust, SEMD_TRUST_ROOT, root.data, root.length, &error), error);
    must("verify",
         semd_verify(trust, document.data, document.length, container.data, container.length, TEXT("{\"lang\": \"en\"}"), &judged,
                     &error),
         error);
    expect("verify", &judged, "\"verdict\":\"total-passed\"");
    semd_buffer_free(&judged);
    must("verify",
         semd_verify(trust, document.data, document.length - 1, container.data, container.length, NULL, 0, &judged, &error),
         error);
    expect("verify a changed document", &judged, "DIGEST_MISMATCH");

    /* Sign with a device of one's own. */
    struct device *device = malloc(sizeof *device);
    if (device == NULL) {
        fail("memory");
    }
    *device = (struct device){0, 0};
    must("device key",
         semd_signer_open(key.data, key.length, NULL, 0, certificate.data, certificate.length, &device->key, &error), error);
    SemdHandle own = 0;
    must("own signer",
         semd_signer_new(certificate.data, certificate.length, device_sign, device_close, device, &own, &error), error);
    SemdBuffer by_device = {NULL, 0}, judged_device = {NULL, 0};
    must("sign", semd_sign(own, document.data, document.length, NULL, 0, &by_device, &error), error);
    must("verify",
         semd_verify(trust, document.data, document.length, by_device.data, by_device.length, NULL, 0, &judged_device, &error),
         error);
    expect("verify the device", &judged_device, "\"verdict\":\"total-passed\"");
    device->pulled_out = 1;
    status = semd_sign(own, document.data, document.length, NULL, 0, &nothing, &error);
    tell("device", status, error);
    semd_free(own);

    /* Show, with the stamp of the signature. */
    char *data = base64(&container);
    size_t size = strlen(data) + 200;
    char *options = malloc(size);
    if (options == NULL) {
        fail("memory");
    }
    snprintf(options, size, "{\"signatures\": [{\"role\": \"doctor\", \"data\": \"%s\"}]}", data);
    SemdBuffer page = {NULL, 0};
    must("render", semd_render(document.data, document.length, trust, TEXT(options), &page, &error), error);
    FILE *stream = fopen(arguments[5], "wb");
    if (stream == NULL || fwrite(page.data, 1, page.length, stream) != page.length || fclose(stream) != 0) {
        fail(arguments[5]);
    }
    expect("render", &page, "</html>");

    /* What the register would answer, and the request that would be sent. */
    SemdHandle preflight = 0;
    SemdBuffer foreseen = {NULL, 0}, request = {NULL, 0};
    must("preflight", semd_preflight_new(validator, trust, NULL, 0, &preflight, &error), error);
    must("preflight", semd_preflight(preflight, document.data, document.length, TEXT(options), &foreseen, &error), error);
    expect("preflight", &foreseen, "\"schema\":\"semd.preflight/1\"");
    must("request", semd_registration_request(preflight, document.data, document.length, TEXT(options), &request, &error),
         error);
    expect("request", &request, "\"personalSignatures\"");

    /* Mistakes are told, and do no harm. */
    status = semd_validate(signer, document.data, document.length, NULL, 0, &nothing, &error);
    tell("a signer is no validator", status, error);
    status = semd_validate(validator, NULL, 5, NULL, 0, &nothing, &error);
    tell("null", status, error);
    semd_free(preflight);
    if (semd_free(preflight) != SEMD_STATUS_ARGUMENT) {
        fail("freed twice");
    }

    SemdBuffer *made[] = {&document, &faults, &report, &container, &judged, &by_device, &judged_device, &page, &foreseen, &request};
    for (size_t at = 0; at < sizeof made / sizeof *made; at++) {
        semd_buffer_free(made[at]);
    }
    SemdHandle handles[] = {builder, validator, signer, trust};
    for (size_t at = 0; at < sizeof handles / sizeof *handles; at++) {
        semd_free(handles[at]);
    }
    free(options);
    free(data);
    free(card.data);
    free(key.data);
    free(certificate.data);
    free(root.data);
    printf("live handles: %zu\n", semd_handle_count());
    return semd_handle_count() == 0 ? 0 : 1;
}
