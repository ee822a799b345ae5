/*
 * What the tests of the audit log share: a folder of its own for each test, a call to record, and
 * the log read back line by line with json-c. The test's own process and its children.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cleanup.h"
#include "log.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <json-c/json.h>

#define RIG_KEPT 4096

/* Any digest: of nothing at all. */
#define RIG_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct rig {
    char folder[64];
    char place[80]; /* a directory in it, not made yet */
    char file[96];  /* a log in it */
};

static inline int rig_set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    if (!rig)
        return -1;
    snprintf(rig->folder, sizeof(rig->folder), "/tmp/virthook-audit-XXXXXX");
    if (!mkdtemp(rig->folder))
        return -1;
    snprintf(rig->place, sizeof(rig->place), "%s/logs", rig->folder);
    snprintf(rig->file, sizeof(rig->file), "%s/audit.log", rig->folder);
    *state = rig;
    return 0;
}

static inline int rig_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static inline int rig_tear_down(void **state)
{
    struct rig *rig = *state;
    int r = nftw(rig->folder, rig_remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

    free(rig);
    return r;
}

#define rig_test(function) cmocka_unit_test_setup_teardown(function, rig_set_up, rig_tear_down)

/* Reads a whole file; the caller frees. */
static inline char *rig_read_file(const char *path, size_t *ret_size)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *data;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    data = malloc((size_t)st.st_size + 1);
    assert_non_null(data);
    assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
    data[st.st_size] = '\0';
    *ret_size = (size_t)st.st_size;
    return data;
}

static inline void rig_write_file(const char *path, const char *data, size_t size)
{
    auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), (ssize_t)size);
}

/* audit_open(), with no copies of the records. */
static inline int rig_try_open(const char *place, const char *name, size_t kept, uid_t writer,
                               struct audit_log **ret_log, char **ret_error)
{
    const struct audit_settings settings = {
        .place = place, .name = name, .kept = kept, .writer = writer};

    return audit_open(&settings, ret_log, ret_error);
}

static inline struct audit_log *rig_open(const char *place, const char *name)
{
    struct audit_log *log = NULL;
    char *error = NULL;

    if (rig_try_open(place, name, RIG_KEPT, geteuid(), &log, &error) != 0)
        fail_msg("audit_open: %s", error ? error : "no memory");
    return log;
}

/* A call of a guest's start; the test changes what it is about. */
struct rig_call {
    struct message_call request;
    struct audit_call call;
    struct message_script script;
    struct audit_script detail; /* of the script */
    struct message_verdict verdict;
    struct audit_result result;
};

static inline void rig_call_init(struct rig_call *made, uint64_t number)
{
    *made = (struct rig_call){
        .request = {.driver = "qemu",
                    .object = "d1",
                    .operation = "start",
                    .sub_operation = "begin",
                    .extra = "-",
                    .uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809"},
        .script = {.path = "/etc/virthook/hooks/qemu",
                   .profile = "isolated",
                   .enforced = "user:65534 pid",
                   .duration_ms = 12,
                   .stdout_tail = "",
                   .stderr_tail = ""},
        .detail = {.uid = 65534, .gid = 65533},
        .verdict = {.allow = true, .reason = "ok", .message = "allowed", .script_count = 1},
    };
    made->call = (struct audit_call){.number = number,
                                     .peer_pid = 4711,
                                     .peer_name = "shim",
                                     .request = &made->request,
                                     .deadline_ms = 30000,
                                     .stdin_bytes = 1234};
    made->verdict.scripts = &made->script;
    made->result = (struct audit_result){.verdict = &made->verdict, .scripts = &made->detail};
}

/* The lines of a log, each parsed: fails where one is torn, or is no JSON object. */
static inline struct json_object *rig_read_log(const char *path)
{
    struct json_object *lines = json_object_new_array();
    size_t size;
    auto_free char *text = rig_read_file(path, &size);

    assert_int_equal(strlen(text), size);
    assert_true(size == 0 || text[size - 1] == '\n');
    for (char *line = text, *newline; *line != '\0'; line = newline + 1) {
        enum json_tokener_error error;
        struct json_object *record;

        newline = strchr(line, '\n');
        assert_non_null(newline);
        *newline = '\0';
        record = json_tokener_parse_verbose(line, &error);
        if (error != json_tokener_success || !json_object_is_type(record, json_type_object))
            fail_msg("not a record: %s", line);
        json_object_array_add(lines, record);
    }
    return lines;
}

/* A field of a record; fails where it is not there. NULL stands for null. */
static inline struct json_object *rig_field(struct json_object *record, const char *key)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(record, key, &value))
        fail_msg("no %s in %s", key, json_object_to_json_string(record));
    return value;
}

static inline const char *rig_text(struct json_object *record, const char *key)
{
    return json_object_get_string(rig_field(record, key));
}

static inline int64_t rig_count(struct json_object *record, const char *key)
{
    struct json_object *value = rig_field(record, key);

    assert_true(json_object_is_type(value, json_type_int));
    return json_object_get_int64(value);
}

static inline bool rig_is_type(struct json_object *record, const char *type)
{
    return strcmp(rig_text(record, "type"), type) == 0;
}

/* How many records there are of a type, and of a call where `call` is not NULL. */
static inline size_t rig_count_records(struct json_object *lines, const char *type,
                                       const char *call)
{
    size_t count = 0;

    for (size_t i = 0; i < json_object_array_length(lines); i++) {
        struct json_object *record = json_object_array_get_idx(lines, i);

        if (rig_is_type(record, type) && (!call || strcmp(rig_text(record, "call"), call) == 0))
            count++;
    }
    return count;
}

/* The record from the end: 0 is the last. */
static inline struct json_object *rig_from_end(struct json_object *lines, size_t back)
{
    size_t count = json_object_array_length(lines);

    assert_true(back < count);
    return json_object_array_get_idx(lines, count - 1 - back);
}

/* Each call that began has one end, which comes later, and no other call has one. */
static inline void rig_check_pairs(struct json_object *lines)
{
    struct json_object *open = json_object_new_object();

    for (size_t i = 0; i < json_object_array_length(lines); i++) {
        struct json_object *record = json_object_array_get_idx(lines, i);

        if (rig_is_type(record, "begin")) {
            json_object_object_add(open, rig_text(record, "call"), json_object_new_boolean(true));
        } else if (rig_is_type(record, "end")) {
            if (!json_object_object_get_ex(open, rig_text(record, "call"), NULL))
                fail_msg("an end too many: %s", rig_text(record, "call"));
            json_object_object_del(open, rig_text(record, "call"));
        }
    }
    if (json_object_object_length(open) != 0)
        fail_msg("calls without an end: %s", json_object_to_json_string(open));
    json_object_put(open);
}

/* Writes one whole call and gives the log's lines. */
static inline struct json_object *rig_record_call(const struct rig *rig,
                                                  const struct rig_call *made)
{
    struct audit_log *log = rig_open(rig->file, "qemu");

    assert_int_equal(audit_begin(log, &made->call), 0);
    assert_int_equal(audit_end(log, &made->call, &made->result), 0);
    audit_close(log);
    return rig_read_log(rig->file);
}

/* The end record of the log that rig_record_call() wrote. */
static inline struct json_object *rig_end_of(struct json_object *lines)
{
    struct json_object *end = rig_from_end(lines, 1);

    assert_true(rig_is_type(end, "end"));
    return end;
}

static inline struct json_object *rig_script_of(struct json_object *end)
{
    return json_object_array_get_idx(rig_field(end, "scripts"), 0);
}
