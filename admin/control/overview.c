/*
 * What helpers do, shown to a person. Admin's process; every text in it is the helper's, who
 * quotes configuration and names of files, and is escaped here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "overview.h"

#include "cleanup.h"
#include "overview_tables.h"
#include "terminal.h"
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Columns of the words in front. */
#define LABEL_WIDTH 11

static void print_label(const struct terminal *terminal, const char *label)
{
    char padded[LABEL_WIDTH + 2];

    snprintf(padded, sizeof(padded), "%-*s ", LABEL_WIDTH, label);
    terminal_print(terminal, TONE_STRONG, padded);
}

static void print_tone(const struct terminal *terminal, const char *label, enum tone tone,
                       struct json_object *value)
{
    auto_free char *text = value_text(value);

    print_label(terminal, label);
    terminal_print(terminal, tone, text ? text : "-");
    putchar('\n');
}

static void print_text(const struct terminal *terminal, const char *label,
                       struct json_object *value)
{
    print_tone(terminal, label, TONE_PLAIN, value);
}

/* Each text on a line of its own, the label on the first. */
static void print_list(const struct terminal *terminal, const char *label, enum tone tone,
                       struct json_object *list)
{
    size_t count = value_count(list);

    for (size_t i = 0; i < count; i++)
        print_tone(terminal, i == 0 ? label : "", tone, json_object_array_get_idx(list, i));
}

static void print_helper(const struct terminal *terminal, struct json_object *status)
{
    auto_free char *name = value_text(value_of(status, "name"));
    auto_free char *version = value_text(value_of(status, "version"));

    print_label(terminal, "helper");
    printf("%s, process %" PRIu64 ", version %s\n", name ? name : "-", value_number(status, "pid"),
           version ? version : "-");
    print_text(terminal, "config", value_of(status, "config"));
    print_text(terminal, "hooks", value_of(status, "hooks"));
    print_text(terminal, "guest /tmp", value_of(status, "guest_tmp"));
}

/* Copies of the log's records that go to one place; nothing where none do. */
static void print_copies(const struct terminal *terminal, struct json_object *copies,
                         const char *place)
{
    struct json_object *told = value_of(copies, place);
    uint64_t lost = value_number(told, "lost");

    if (!told)
        return;
    print_label(terminal, place);
    printf("copies sent: %" PRIu64 ", lost: %" PRIu64 "%s\n", value_number(told, "sent"), lost,
           lost > 0 ? "; it did not take them, look whether it runs" : "");
}

static void print_audit(const struct terminal *terminal, struct json_object *status)
{
    struct json_object *problem = value_of(status, "audit_problem");
    struct json_object *copies = value_of(status, "audit_copies");
    uint64_t lost = value_number(status, "audit_lost");

    print_text(terminal, "audit", value_of(status, "audit"));
    print_text(terminal, "audit head", value_of(status, "audit_head"));
    if (problem)
        print_tone(terminal, "", TONE_WARNING, problem);
    if (lost > 0) {
        print_label(terminal, "lost");
        printf("%" PRIu64 " audit records could not be written: make room for the log\n", lost);
    }
    print_copies(terminal, copies, "journal");
    print_copies(terminal, copies, "syslog");
}

static void print_class(const struct terminal *terminal, const char *label,
                        struct json_object *class)
{
    print_label(terminal, label);
    printf("%" PRIu64 " running, %" PRIu64 " queued, at most %" PRIu64 " at once\n",
           value_number(class, "running"), value_number(class, "waiting"),
           value_number(class, "slots"));
}

static void print_calls(const struct terminal *terminal, struct json_object *status)
{
    uint64_t unkillable = value_number(status, "unkillable");

    print_label(terminal, "calls");
    printf("%" PRIu64 " since the start, %" PRIu64 " open\n", value_number(status, "calls"),
           value_number(status, "open"));
    print_class(terminal, "hooks run", value_of(status, "hook"));
    print_class(terminal, "events run", value_of(status, "event"));
    print_label(terminal, "left");
    printf("%" PRIu64 " scripts linger, %" PRIu64 " processes cannot be killed%s\n",
           value_number(status, "lingering"), unkillable,
           unkillable > 0 ? ": they wait for a device or file system, mend that" : "");
}

static void print_enforced(const struct terminal *terminal, struct json_object *enforced)
{
    auto_free char *pid = value_text(value_of(enforced, "pid_namespace"));
    auto_free char *seccomp = value_text(value_of(enforced, "seccomp"));
    auto_free char *selinux = value_text(value_of(enforced, "selinux"));
    uint64_t landlock = value_number(enforced, "landlock");

    print_label(terminal, "enforced");
    printf("PID namespace: %s\n", pid ? pid : "-");
    print_label(terminal, "");
    printf("seccomp: %s\n", seccomp ? seccomp : "-");
    print_label(terminal, "");
    if (landlock > 0)
        printf("Landlock: ABI %" PRIu64 "\n", landlock);
    else
        puts("Landlock: none");
    print_label(terminal, "");
    printf("cgroup of each script: %s\n",
           json_object_get_boolean(value_of(enforced, "cgroup")) ? "yes" : "no");
    print_label(terminal, "");
    printf("SELinux: %s\n", selinux ? selinux : "off");
    print_list(terminal, "lacks", TONE_WARNING, value_list(enforced, "lacks"));
}

static void print_privilege(const struct terminal *terminal, struct json_object *privilege)
{
    struct json_object *held = value_list(privilege, "capabilities");
    size_t count = value_count(held);

    print_label(terminal, "privilege");
    printf("uid %" PRIu64 ", %s", value_number(privilege, "uid"),
           count > 0 ? "capabilities" : "no capability");
    for (size_t i = 0; i < count; i++) {
        auto_free char *name = value_text(json_object_array_get_idx(held, i));

        printf(" %s", name ? name : "-");
    }
    putchar('\n');
    print_list(terminal, "why", TONE_PLAIN, value_list(privilege, "why"));
}

static void print_client(const struct terminal *terminal, const char *label,
                         struct json_object *client)
{
    auto_free char *program = value_text(value_of(client, "program"));
    auto_free char *name = value_text(value_of(client, "name"));
    char since[SINCE_SIZE];

    overview_since(value_number(client, "connected_ms"), since);
    print_label(terminal, label);
    printf("%s, process %" PRIu64 ", as %s since %s, %" PRIu64 " open\n", program ? program : "-",
           value_number(client, "pid"), name ? name : "-", since, value_number(client, "open"));
}

static void print_clients(const struct terminal *terminal, struct json_object *clients)
{
    for (size_t i = 0; i < value_count(clients); i++)
        print_client(terminal, i == 0 ? "serves" : "", json_object_array_get_idx(clients, i));
}

static void print_details(const struct terminal *terminal, struct json_object *status)
{
    print_helper(terminal, status);
    print_audit(terminal, status);
    print_clients(terminal, value_list(status, "clients"));
    print_calls(terminal, status);
    print_enforced(terminal, value_of(status, "enforced"));
    print_privilege(terminal, value_of(status, "privilege"));
    print_list(terminal, "notes", TONE_WARNING, value_list(status, "notes"));
}

void overview_print(struct json_object *list)
{
    struct terminal terminal = terminal_of(stdout);

    overview_helpers(&terminal, list);
    overview_calls(&terminal, list);
    for (size_t i = 0; i < value_count(list); i++) {
        putchar('\n');
        print_details(&terminal, json_object_array_get_idx(list, i));
    }
}
