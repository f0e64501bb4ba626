/* libxml2 behind the line protocol that java/Peer.java describes. */
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_RULES 256

static struct {
    char key[64];
    xmlSchemaValidCtxtPtr context;
} rules[MAX_RULES];
static int rule_count;
static int errors;

static void ignore(void *context, const char *text, ...) {
    (void)context;
    (void)text;
}

static void count_error(void *context, const char *text, ...) {
    (void)context;
    (void)text;
    errors++;
}

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

static void load(const char *key, const char *path) {
    long long start = now();
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(path);
    xmlSchemaSetParserErrors(parser, ignore, ignore, NULL);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (schema == NULL || rule_count == MAX_RULES) {
        puts("error the schema is refused");
        return;
    }
    snprintf(rules[rule_count].key, sizeof rules[0].key, "%s", key);
    rules[rule_count].context = xmlSchemaNewValidCtxt(schema);
    xmlSchemaSetValidErrors(rules[rule_count].context, count_error, ignore, NULL);
    rule_count++;
    printf("%lld\n", now() - start);
}

static void run(const char *key, const char *path, int times) {
    int at = 0;
    while (at < rule_count && strcmp(rules[at].key, key) != 0) at++;
    FILE *file = fopen(path, "rb");
    if (at == rule_count || file == NULL || times < 1) {
        puts("error nothing to run");
        return;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc(size);
    size = (long)fread(bytes, 1, size, file);
    fclose(file);
    long long *taken = malloc(times * sizeof *taken);
    for (int index = 0; index < times; index++) {
        errors = 0;
        long long start = now();
        xmlDocPtr document = xmlReadMemory(bytes, (int)size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_COMPACT);
        xmlSchemaValidateDoc(rules[at].context, document);
        xmlFreeDoc(document);
        taken[index] = now() - start;
    }
    qsort(taken, times, sizeof *taken, ascending);
    printf("%lld %d\n", taken[times / 2], errors);
    free(taken);
    free(bytes);
}

int main(void) {
    static char line[8192];
    xmlInitParser();
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *command = strtok(line, "\t");
        char *key = strtok(NULL, "\t");
        char *path = strtok(NULL, "\t");
        char *times = strtok(NULL, "\t");
        if (command != NULL && path != NULL && strcmp(command, "load") == 0) {
            load(key, path);
        } else if (times != NULL) {
            run(key, path, atoi(times));
        } else {
            puts("error the command is not understood");
        }
        fflush(stdout);
    }
    return 0;
}
