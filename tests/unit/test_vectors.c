/*
 * PROTOCOL.md and the code say the same: its test vectors and its table of errors are read from the
 * page itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"
#include "encode.h"
#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTORS_MAX 128
#define BYTES_MAX   2048
#define WORDS       5

/* One block of the page: "vector NAME SIDE", "understood NAME SIDE AS", "refused NAME SIDE CODE
 * ID". */
struct vector {
    char words[WORDS][64];
    size_t word_count, size;
    uint8_t bytes[BYTES_MAX];
};

/* The structure of the vector "scripts": the content of a memfd. */
static const struct message_script sample_details[] = {
    {.path = "/h/qemu", .exit_status = 0, .duration_ms = 1},
};

static struct vector vectors[VECTORS_MAX];
static size_t vector_count;

static const char *name_of(const struct vector *vector)
{
    return vector->words[1];
}

static bool is_kind(const struct vector *vector, const char *kind)
{
    return strcmp(vector->words[0], kind) == 0;
}

static bool is_details(const struct vector *vector)
{
    return strcmp(vector->words[2], "details") == 0;
}

static enum message_side side_of(const struct vector *vector)
{
    return strcmp(vector->words[2], "client") == 0 ? SIDE_CLIENT : SIDE_HELPER;
}

static void begin_vector(char *line)
{
    struct vector *vector = &vectors[vector_count++];
    char *rest = line;

    assert_true(vector_count < VECTORS_MAX);
    for (char *word; (word = strsep(&rest, " "));) {
        assert_true(vector->word_count < WORDS && strlen(word) < 64);
        strcpy(vector->words[vector->word_count++], word);
    }
    assert_true(vector->word_count >= 3);
}

static void add_hex(char *line)
{
    struct vector *vector = &vectors[vector_count - 1];
    char *rest = line;

    strsep(&rest, " ");
    for (char *word; (word = strsep(&rest, " "));) {
        unsigned int byte;

        assert_int_equal(sscanf(word, "%2x", &byte), 1);
        assert_true(vector->size < BYTES_MAX);
        vector->bytes[vector->size++] = (uint8_t)byte;
    }
}

static int read_vectors(void **state)
{
    FILE *page = fopen(PROTOCOL_PAGE, "r");
    bool inside = false;
    char line[512];

    assert_non_null(page);
    while (fgets(line, sizeof(line), page)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "```", 3) == 0)
            inside = strcmp(line, "```vectors") == 0;
        else if (inside && strncmp(line, "hex ", 4) == 0)
            add_hex(line);
        else if (inside && line[0] != '\0' && strncmp(line, "value ", 6) != 0)
            begin_vector(line);
    }
    fclose(page);
    return 0;
}

static const struct vector *vector_named(const char *name)
{
    for (size_t i = 0; i < vector_count; i++)
        if (strcmp(name_of(&vectors[i]), name) == 0)
            return &vectors[i];
    fail_msg("PROTOCOL.md has no vector %s", name);
    return NULL;
}

static void assert_bytes(const struct encoded *encoded, const struct vector *vector)
{
    if (encoded->size != vector->size)
        fail_msg("%s: %zu bytes, not %zu", name_of(vector), encoded->size, vector->size);
    assert_memory_equal(encoded->data, vector->bytes, vector->size);
}

/* Decodes `vector`, encodes what came out, and holds it against `expected`. */
static void assert_comes_out_as(const struct vector *vector, const struct vector *expected)
{
    struct message message = {0};
    struct encoded encoded;
    uint64_t id;
    int r = message_decode(vector->bytes, vector->size, side_of(vector), &message, &id);

    if (r != 0)
        fail_msg("%s: %s", name_of(vector), protocol_error_code(r));
    assert_int_equal(message_encode(&message, side_of(vector), &encoded), 0);
    assert_bytes(&encoded, expected);
    free(encoded.data);
    message_clear(&message);
}

static void assert_details_come_out_as_they_were(const struct vector *vector)
{
    struct message_verdict verdict = {0};
    struct encoded encoded;
    void *storage;

    assert_int_equal(message_decode_scripts(vector->bytes, vector->size, &verdict, &storage), 0);
    assert_int_equal(message_encode_scripts(verdict.scripts, verdict.script_count, &encoded), 0);
    assert_bytes(&encoded, vector);
    free(encoded.data);
    free(storage);
}

static void each_structure_is_encoded_to_the_bytes_of_its_vector(void **state)
{
    struct encoded encoded;

    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        assert_int_equal(message_encode(&samples[i].message, samples[i].side, &encoded), 0);
        assert_bytes(&encoded, vector_named(samples[i].name));
        free(encoded.data);
    }
    assert_int_equal(message_encode_scripts(sample_details, 1, &encoded), 0);
    assert_bytes(&encoded, vector_named("scripts"));
    free(encoded.data);
}

static void each_vector_decodes_and_encodes_to_the_same_bytes(void **state)
{
    size_t count = 0;

    for (size_t i = 0; i < vector_count; i++) {
        if (!is_kind(&vectors[i], "vector"))
            continue;
        if (is_details(&vectors[i]))
            assert_details_come_out_as_they_were(&vectors[i]);
        else
            assert_comes_out_as(&vectors[i], &vectors[i]);
        count++;
    }
    assert_int_equal(count, SAMPLE_COUNT + 1); /* each has its structure */
}

static void each_foreign_form_is_understood_as_the_vector_that_it_names(void **state)
{
    size_t count = 0;

    for (size_t i = 0; i < vector_count; i++) {
        if (!is_kind(&vectors[i], "understood"))
            continue;
        assert_comes_out_as(&vectors[i], vector_named(vectors[i].words[3]));
        count++;
    }
    assert_true(count > 0);
}

static int decode_vector(const struct vector *vector, uint64_t *ret_id)
{
    struct message_verdict verdict = {0};
    struct message message = {0};
    void *storage;

    *ret_id = 0;
    if (is_details(vector))
        return message_decode_scripts(vector->bytes, vector->size, &verdict, &storage);
    return message_decode(vector->bytes, vector->size, side_of(vector), &message, ret_id);
}

static void each_refused_packet_is_refused_with_its_own_code_and_id(void **state)
{
    size_t count = 0;

    for (size_t i = 0; i < vector_count; i++) {
        const struct vector *vector = &vectors[i];
        uint64_t id;
        int r;

        if (!is_kind(vector, "refused"))
            continue;
        r = decode_vector(vector, &id);
        if (r <= 0 || strcmp(protocol_error_code(r), vector->words[3]) != 0)
            fail_msg("%s: %s", name_of(vector), r > 0 ? protocol_error_code(r) : "not refused");
        if (id != strtoull(vector->words[4], NULL, 10))
            fail_msg("%s: the id is %llu", name_of(vector), (unsigned long long)id);
        count++;
    }
    assert_true(count > 0);
}

/* The last column of the row of `code` in the page's table of errors, or NULL. */
static const char *connection_of(const char *code, char *line, size_t size)
{
    FILE *page = fopen(PROTOCOL_PAGE, "r");
    const char *answer = NULL;
    char start[80];

    assert_non_null(page);
    snprintf(start, sizeof(start), "| `%s` | ", code);
    while (!answer && fgets(line, (int)size, page)) {
        char *end = strrchr(line, '|');

        if (strncmp(line, start, strlen(start)) != 0 || !end)
            continue;
        *end = '\0';
        answer = strrchr(line, '|');
    }
    fclose(page);
    return answer ? answer + 2 : NULL;
}

static void each_error_stands_in_the_page_with_what_it_means_for_the_connection(void **state)
{
    for (int error = 1; error <= PROTOCOL_E_INTERNAL; error++) {
        const char *code = protocol_error_code(error);
        const char *wanted = protocol_error_is_content(error) ? "goes on" : "closed";
        char line[512];
        const char *connection = connection_of(code, line, sizeof(line));

        if (!connection || strncmp(connection, wanted, strlen(wanted)) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", code, connection ? connection : "no row", wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_structure_is_encoded_to_the_bytes_of_its_vector),
        cmocka_unit_test(each_vector_decodes_and_encodes_to_the_same_bytes),
        cmocka_unit_test(each_foreign_form_is_understood_as_the_vector_that_it_names),
        cmocka_unit_test(each_refused_packet_is_refused_with_its_own_code_and_id),
        cmocka_unit_test(each_error_stands_in_the_page_with_what_it_means_for_the_connection),
    };

    return cmocka_run_group_tests_name("vectors", tests, read_vectors, NULL);
}
