/*
 * Names for the numbers in libvirt's events, made of those in its headers. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "names.h"

#include <libvirt/libvirt.h>
#include <stddef.h>

#define NAMES_MAX 16

/* By number; what a table has no name for is NULL. */
typedef const char *const names_table[NAMES_MAX];

static const char *find(names_table names, int number)
{
    if (number < 0 || number >= NAMES_MAX || !names[number])
        return "unknown";
    return names[number];
}

const char *name_lifecycle(int event)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_DEFINED] = "defined",   [VIR_DOMAIN_EVENT_UNDEFINED] = "undefined",
        [VIR_DOMAIN_EVENT_STARTED] = "started",   [VIR_DOMAIN_EVENT_SUSPENDED] = "suspended",
        [VIR_DOMAIN_EVENT_RESUMED] = "resumed",   [VIR_DOMAIN_EVENT_STOPPED] = "stopped",
        [VIR_DOMAIN_EVENT_SHUTDOWN] = "shutdown", [VIR_DOMAIN_EVENT_PMSUSPENDED] = "pmsuspended",
        [VIR_DOMAIN_EVENT_CRASHED] = "crashed",
    };

    return find(names, event);
}

const char *name_lifecycle_detail(int event, int detail)
{
    static names_table none = {NULL};
    static names_table defined = {"added", "updated", "renamed", "from-snapshot"};
    static names_table undefined = {"removed", "renamed"};
    static names_table started = {"booted", "migrated", "restored", "from-snapshot", "wakeup"};
    static names_table suspended = {"paused",    "migrated", "ioerror",
                                    "watchdog",  "restored", "from-snapshot",
                                    "api-error", "postcopy", "postcopy-failed"};
    static names_table resumed = {"unpaused", "migrated", "from-snapshot", "postcopy",
                                  "postcopy-failed"};
    static names_table stopped = {"shutdown", "destroyed", "crashed",      "migrated",
                                  "saved",    "failed",    "from-snapshot"};
    static names_table shutdown = {"finished", "guest", "host"};
    static names_table pmsuspended = {"memory", "disk"};
    static names_table crashed = {"panicked", "crashloaded"};
    static names_table *const details[] = {
        [VIR_DOMAIN_EVENT_DEFINED] = &defined,   [VIR_DOMAIN_EVENT_UNDEFINED] = &undefined,
        [VIR_DOMAIN_EVENT_STARTED] = &started,   [VIR_DOMAIN_EVENT_SUSPENDED] = &suspended,
        [VIR_DOMAIN_EVENT_RESUMED] = &resumed,   [VIR_DOMAIN_EVENT_STOPPED] = &stopped,
        [VIR_DOMAIN_EVENT_SHUTDOWN] = &shutdown, [VIR_DOMAIN_EVENT_PMSUSPENDED] = &pmsuspended,
        [VIR_DOMAIN_EVENT_CRASHED] = &crashed,
    };
    int count = sizeof(details) / sizeof(details[0]);

    return find(event >= 0 && event < count ? *details[event] : none, detail);
}

const char *name_watchdog_action(int action)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_WATCHDOG_NONE] = "none",
        [VIR_DOMAIN_EVENT_WATCHDOG_PAUSE] = "pause",
        [VIR_DOMAIN_EVENT_WATCHDOG_RESET] = "reset",
        [VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF] = "poweroff",
        [VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN] = "shutdown",
        [VIR_DOMAIN_EVENT_WATCHDOG_DEBUG] = "debug",
        [VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI] = "inject-nmi",
    };

    return find(names, action);
}

const char *name_io_error_action(int action)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_IO_ERROR_NONE] = "none",
        [VIR_DOMAIN_EVENT_IO_ERROR_PAUSE] = "pause",
        [VIR_DOMAIN_EVENT_IO_ERROR_REPORT] = "report",
    };

    return find(names, action);
}

const char *name_graphics_phase(int phase)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_GRAPHICS_CONNECT] = "connect",
        [VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE] = "initialize",
        [VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT] = "disconnect",
    };

    return find(names, phase);
}

const char *name_graphics_family(int family)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV4] = "ipv4",
        [VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV6] = "ipv6",
        [VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_UNIX] = "unix",
    };

    return find(names, family);
}

const char *name_block_job_type(int type)
{
    static names_table names = {
        [VIR_DOMAIN_BLOCK_JOB_TYPE_PULL] = "pull",
        [VIR_DOMAIN_BLOCK_JOB_TYPE_COPY] = "copy",
        [VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT] = "commit",
        [VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT] = "active-commit",
        [VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP] = "backup",
    };

    return find(names, type);
}

const char *name_block_job_status(int status)
{
    static names_table names = {
        [VIR_DOMAIN_BLOCK_JOB_COMPLETED] = "completed",
        [VIR_DOMAIN_BLOCK_JOB_FAILED] = "failed",
        [VIR_DOMAIN_BLOCK_JOB_CANCELED] = "canceled",
        [VIR_DOMAIN_BLOCK_JOB_READY] = "ready",
    };

    return find(names, status);
}

const char *name_job_operation(int operation)
{
    static names_table names = {
        [VIR_DOMAIN_JOB_OPERATION_START] = "start",
        [VIR_DOMAIN_JOB_OPERATION_SAVE] = "save",
        [VIR_DOMAIN_JOB_OPERATION_RESTORE] = "restore",
        [VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN] = "migration-in",
        [VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT] = "migration-out",
        [VIR_DOMAIN_JOB_OPERATION_SNAPSHOT] = "snapshot",
        [VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT] = "snapshot-revert",
        [VIR_DOMAIN_JOB_OPERATION_DUMP] = "dump",
        [VIR_DOMAIN_JOB_OPERATION_BACKUP] = "backup",
#if LIBVIR_CHECK_VERSION(9, 0, 0)
        [VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE] = "snapshot-delete",
#endif
    };

    return find(names, operation);
}

const char *name_disk_change(int reason)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_DISK_CHANGE_MISSING_ON_START] = "change-missing-on-start",
        [VIR_DOMAIN_EVENT_DISK_DROP_MISSING_ON_START] = "drop-missing-on-start",
    };

    return find(names, reason);
}

const char *name_tray_change(int reason)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN] = "open",
        [VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE] = "close",
    };

    return find(names, reason);
}

const char *name_agent_state(int state)
{
    static names_table names = {
        [VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED] = "connected",
        [VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED] = "disconnected",
    };

    return find(names, state);
}

const char *name_agent_reason(int reason)
{
    static names_table names = {
        [VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED] = "domain-started",
        [VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL] = "channel",
    };

    return find(names, reason);
}

const char *name_metadata_type(int type)
{
    static names_table names = {
        [VIR_DOMAIN_METADATA_DESCRIPTION] = "description",
        [VIR_DOMAIN_METADATA_TITLE] = "title",
        [VIR_DOMAIN_METADATA_ELEMENT] = "element",
    };

    return find(names, type);
}

const char *name_memory_failure_recipient(int recipient)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR] = "hypervisor",
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_GUEST] = "guest",
    };

    return find(names, recipient);
}

const char *name_memory_failure_action(int action)
{
    static names_table names = {
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_IGNORE] = "ignore",
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_INJECT] = "inject",
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_FATAL] = "fatal",
        [VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_RESET] = "reset",
    };

    return find(names, action);
}

const char *name_network_lifecycle(int event)
{
    static names_table names = {
        [VIR_NETWORK_EVENT_DEFINED] = "defined",
        [VIR_NETWORK_EVENT_UNDEFINED] = "undefined",
        [VIR_NETWORK_EVENT_STARTED] = "started",
        [VIR_NETWORK_EVENT_STOPPED] = "stopped",
    };

    return find(names, event);
}

const char *name_pool_lifecycle(int event)
{
    static names_table names = {
        [VIR_STORAGE_POOL_EVENT_DEFINED] = "defined",
        [VIR_STORAGE_POOL_EVENT_UNDEFINED] = "undefined",
        [VIR_STORAGE_POOL_EVENT_STARTED] = "started",
        [VIR_STORAGE_POOL_EVENT_STOPPED] = "stopped",
        [VIR_STORAGE_POOL_EVENT_CREATED] = "created",
        [VIR_STORAGE_POOL_EVENT_DELETED] = "deleted",
    };

    return find(names, event);
}

const char *name_device_lifecycle(int event)
{
    static names_table names = {
        [VIR_NODE_DEVICE_EVENT_CREATED] = "created",
        [VIR_NODE_DEVICE_EVENT_DELETED] = "deleted",
        [VIR_NODE_DEVICE_EVENT_DEFINED] = "defined",
        [VIR_NODE_DEVICE_EVENT_UNDEFINED] = "undefined",
    };

    return find(names, event);
}

const char *name_secret_lifecycle(int event)
{
    static names_table names = {
        [VIR_SECRET_EVENT_DEFINED] = "defined",
        [VIR_SECRET_EVENT_UNDEFINED] = "undefined",
    };

    return find(names, event);
}

const char *name_close_reason(int reason)
{
    static names_table names = {
        [VIR_CONNECT_CLOSE_REASON_ERROR] = "error",
        [VIR_CONNECT_CLOSE_REASON_EOF] = "eof",
        [VIR_CONNECT_CLOSE_REASON_KEEPALIVE] = "keepalive",
        [VIR_CONNECT_CLOSE_REASON_CLIENT] = "client",
    };

    return find(names, reason);
}
