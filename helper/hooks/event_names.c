/*
 * The words of virteventd's events: which events there are of each kind of object, and which
 * details. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "event_names.h"

#include "names.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, "unknown", NULL})
/* What is found out after an outage has no detail. */
#define FOUND_OUT(...) WORDS(__VA_ARGS__, "-")
#define NONE           ((const char *const[]){"-", NULL})

static const struct known_event events[] = {
    {"domain", "defined", FOUND_OUT("added", "updated", "renamed", "from-snapshot")},
    {"domain", "undefined", FOUND_OUT("removed", "renamed")},
    {"domain", "started", FOUND_OUT("booted", "migrated", "restored", "from-snapshot", "wakeup")},
    {"domain", "suspended",
     WORDS("paused", "migrated", "ioerror", "watchdog", "restored", "from-snapshot", "api-error",
           "postcopy", "postcopy-failed")},
    {"domain", "resumed",
     WORDS("unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed")},
    {"domain", "stopped",
     FOUND_OUT("shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot")},
    {"domain", "shutdown", WORDS("finished", "guest", "host")},
    {"domain", "pmsuspended", WORDS("memory", "disk")},
    {"domain", "crashed", WORDS("panicked", "crashloaded")},
    {"domain", "unknown", WORDS("-")},
    {"domain", "reboot", NONE},
    {"domain", "control-error", NONE},
    {"domain", "rtc-change", NONE},
    {"domain", "watchdog",
     WORDS("none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi")},
    {"domain", "io-error", WORDS("none", "pause", "report")},
    {"domain", "io-error-reason", WORDS("none", "pause", "report")},
    {"domain", "graphics", WORDS("connect", "initialize", "disconnect")},
    {"domain", "block-job", WORDS("completed", "failed", "canceled", "ready")},
    {"domain", "block-job-2", WORDS("completed", "failed", "canceled", "ready")},
    {"domain", "disk-change", WORDS("change-missing-on-start", "drop-missing-on-start")},
    {"domain", "tray-change", WORDS("open", "close")},
    {"domain", "pm-wakeup", NONE},
    {"domain", "pm-suspend", NONE},
    {"domain", "pm-suspend-disk", NONE},
    {"domain", "balloon-change", NONE},
    {"domain", "device-added", NONE},
    {"domain", "device-removed", NONE},
    {"domain", "device-removal-failed", NONE},
    {"domain", "tunable", NONE},
    {"domain", "job-completed",
     WORDS("start", "save", "restore", "migration-in", "migration-out", "snapshot",
           "snapshot-revert", "dump", "backup", "snapshot-delete")},
    {"domain", "agent-lifecycle", WORDS("connected", "disconnected")},
    {"domain", "migration-iteration", NONE},
    {"domain", "metadata-change", WORDS("description", "title", "element")},
    {"domain", "block-threshold", NONE},
    {"domain", "memory-failure", WORDS("ignore", "inject", "fatal", "reset")},
    {"domain", "memory-device-size-change", NONE},
    {"network", "defined", NONE},
    {"network", "undefined", NONE},
    {"network", "started", NONE},
    {"network", "stopped", NONE},
    {"network", "unknown", NONE},
    {"storage-pool", "defined", NONE},
    {"storage-pool", "undefined", NONE},
    {"storage-pool", "started", NONE},
    {"storage-pool", "stopped", NONE},
    {"storage-pool", "created", NONE},
    {"storage-pool", "deleted", NONE},
    {"storage-pool", "refresh", NONE},
    {"storage-pool", "unknown", NONE},
    {"node-device", "created", NONE},
    {"node-device", "deleted", NONE},
    {"node-device", "defined", NONE},
    {"node-device", "undefined", NONE},
    {"node-device", "update", NONE},
    {"node-device", "unknown", NONE},
    {"secret", "defined", NONE},
    {"secret", "undefined", NONE},
    {"secret", "value-changed", NONE},
    {"secret", "unknown", NONE},
    {"daemon", "connected", NONE},
    {"daemon", "disconnected", WORDS("error", "eof", "keepalive", "client")},
    {"daemon", "synchronized", NONE},
    {"daemon", "lost", ((const char *const[]){"dropped", "coalesced", NULL})},
};

#define EVENT_COUNT (sizeof(events) / sizeof(events[0]))

bool event_kind_find(const char *kind, size_t *ret_index)
{
    for (size_t i = 0; name_kind_at(i); i++) {
        if (strcmp(kind, name_kind_at(i)) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

const struct known_event *known_event_at(size_t index)
{
    return index < EVENT_COUNT ? &events[index] : NULL;
}

static bool is_among(const char *const *words, const char *word)
{
    for (; *words; words++) {
        if (strcmp(*words, word) == 0)
            return true;
    }
    return false;
}

bool event_has_detail(const char *kind, const char *event, const char *detail)
{
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        if (strcmp(events[i].kind, kind) == 0 && strcmp(events[i].event, event) == 0)
            return is_among(events[i].details, detail);
    }
    return false;
}
