/*
 * All of libvirt's domain events, made into ours. virteventd, in the thread of libvirt's event
 * loop. What a guest's definition holds (aliases, paths, URIs) is not trusted, and only copied.
 *
 * Events have the names that virsh event gives them, but for lifecycle's, which are told by what
 * happened ("started", "booted").
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include "names.h"
#include "object.h"
#include "payload.h"

#include <inttypes.h>
#include <stdio.h>

/* Digits of a number, its sign and a NUL. */
#define NUMBER_SIZE 24

/* Every callback of libvirt's has these in front and `opaque` behind. */
#define CALLBACK(name, ...) \
    static void name(virConnectPtr connection, virDomainPtr domain, __VA_ARGS__, void *opaque)

static void tell(virDomainPtr domain, void *opaque, const char *event, const char *detail,
                 const char *extra, struct json_object *payload)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    const char *name = virDomainGetName(domain);

    (void)virDomainGetUUIDString(domain, uuid);
    source_tell(opaque,
                (struct event){.kind = "domain",
                               .object = name ? name : "-",
                               .uuid = uuid,
                               .event = event,
                               .detail = detail,
                               .extra = extra && *extra ? extra : "-"},
                payload);
}

static const char *write_number(char *text, long long number)
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", number);
    return text;
}

CALLBACK(on_lifecycle, int event, int detail)
{
    const char *name = name_lifecycle(event), *why = name_lifecycle_detail(event, detail);

    tell(domain, opaque, name, why, NULL, PAYLOAD(TEXT("event", name), TEXT("detail", why)));
}

static void on_reboot(virConnectPtr connection, virDomainPtr domain, void *opaque)
{
    tell(domain, opaque, "reboot", "-", NULL, json_object_new_object());
}

static void on_control_error(virConnectPtr connection, virDomainPtr domain, void *opaque)
{
    tell(domain, opaque, "control-error", "-", NULL, json_object_new_object());
}

CALLBACK(on_rtc_change, long long utcoffset)
{
    char number[NUMBER_SIZE];

    tell(domain, opaque, "rtc-change", "-", write_number(number, utcoffset),
         PAYLOAD(INTEGER("utcoffset", utcoffset)));
}

CALLBACK(on_watchdog, int action)
{
    const char *name = name_watchdog_action(action);

    tell(domain, opaque, "watchdog", name, NULL, PAYLOAD(TEXT("action", name)));
}

CALLBACK(on_io_error, const char *path, const char *alias, int action)
{
    const char *name = name_io_error_action(action);

    tell(domain, opaque, "io-error", name, alias,
         PAYLOAD(TEXT("srcPath", path), TEXT("devAlias", alias), TEXT("action", name)));
}

CALLBACK(on_io_error_reason, const char *path, const char *alias, int action, const char *reason)
{
    const char *name = name_io_error_action(action);

    tell(domain, opaque, "io-error-reason", name, alias,
         PAYLOAD(TEXT("srcPath", path), TEXT("devAlias", alias), TEXT("action", name),
                 TEXT("reason", reason)));
}

static struct json_object *address_of(const virDomainEventGraphicsAddress *address)
{
    return address ? PAYLOAD(TEXT("family", name_graphics_family(address->family)),
                             TEXT("node", address->node), TEXT("service", address->service))
                   : json_object_new_object();
}

static struct json_object *identities_of(const virDomainEventGraphicsSubject *subject)
{
    struct json_object *list = json_object_new_array();

    for (int i = 0; list && subject && i < subject->nidentity; i++) {
        const virDomainEventGraphicsSubjectIdentity *identity = &subject->identities[i];

        if (!object_append(list,
                           PAYLOAD(TEXT("type", identity->type), TEXT("name", identity->name)))) {
            json_object_put(list);
            return NULL;
        }
    }
    return list;
}

CALLBACK(on_graphics, int phase, const virDomainEventGraphicsAddress *local,
         const virDomainEventGraphicsAddress *remote, const char *scheme,
         const virDomainEventGraphicsSubject *subject)
{
    const char *name = name_graphics_phase(phase);
    struct json_object *payload = PAYLOAD(TEXT("phase", name), TEXT("authScheme", scheme));

    if (payload && (!object_add(payload, "local", address_of(local)) ||
                    !object_add(payload, "remote", address_of(remote)) ||
                    !object_add(payload, "subject", identities_of(subject)))) {
        json_object_put(payload);
        payload = NULL;
    }
    tell(domain, opaque, "graphics", name, scheme, payload);
}

static void tell_block_job(virDomainPtr domain, void *opaque, const char *event, const char *disk,
                           int type, int status)
{
    const char *outcome = name_block_job_status(status);

    tell(domain, opaque, event, outcome, disk,
         PAYLOAD(TEXT("disk", disk), TEXT("type", name_block_job_type(type)),
                 TEXT("status", outcome)));
}

CALLBACK(on_block_job, const char *disk, int type, int status)
{
    tell_block_job(domain, opaque, "block-job", disk, type, status);
}

CALLBACK(on_block_job_2, const char *disk, int type, int status)
{
    tell_block_job(domain, opaque, "block-job-2", disk, type, status);
}

CALLBACK(on_disk_change, const char *before, const char *after, const char *alias, int reason)
{
    const char *name = name_disk_change(reason);

    tell(domain, opaque, "disk-change", name, alias,
         PAYLOAD(TEXT("oldSrcPath", before), TEXT("newSrcPath", after), TEXT("devAlias", alias),
                 TEXT("reason", name)));
}

CALLBACK(on_tray_change, const char *alias, int reason)
{
    const char *name = name_tray_change(reason);

    tell(domain, opaque, "tray-change", name, alias,
         PAYLOAD(TEXT("devAlias", alias), TEXT("reason", name)));
}

/* libvirt gives the next three a reason that is always 0. */
CALLBACK(on_pm_wakeup, int reason)
{
    tell(domain, opaque, "pm-wakeup", "-", NULL, json_object_new_object());
}

CALLBACK(on_pm_suspend, int reason)
{
    tell(domain, opaque, "pm-suspend", "-", NULL, json_object_new_object());
}

CALLBACK(on_pm_suspend_disk, int reason)
{
    tell(domain, opaque, "pm-suspend-disk", "-", NULL, json_object_new_object());
}

CALLBACK(on_balloon_change, unsigned long long actual)
{
    char number[NUMBER_SIZE];

    tell(domain, opaque, "balloon-change", "-", write_number(number, (long long)actual),
         PAYLOAD(POSITIVE("actual", actual)));
}

static void tell_device(virDomainPtr domain, void *opaque, const char *event, const char *alias)
{
    tell(domain, opaque, event, "-", alias, PAYLOAD(TEXT("devAlias", alias)));
}

CALLBACK(on_device_removed, const char *alias)
{
    tell_device(domain, opaque, "device-removed", alias);
}

CALLBACK(on_device_added, const char *alias)
{
    tell_device(domain, opaque, "device-added", alias);
}

CALLBACK(on_device_removal_failed, const char *alias)
{
    tell_device(domain, opaque, "device-removal-failed", alias);
}

CALLBACK(on_tunable, virTypedParameterPtr parameters, int count)
{
    tell(domain, opaque, "tunable", "-", NULL, payload_of_parameters(parameters, count));
}

/* "unknown" also where libvirt does not say. */
static const char *operation_of(virTypedParameterPtr parameters, int count)
{
    int operation = VIR_DOMAIN_JOB_OPERATION_UNKNOWN;

    (void)virTypedParamsGetInt(parameters, count, VIR_DOMAIN_JOB_OPERATION, &operation);
    return name_job_operation(operation);
}

CALLBACK(on_job_completed, virTypedParameterPtr parameters, int count)
{
    struct json_object *payload = payload_of_parameters(parameters, count);
    const char *name = operation_of(parameters, count);

    if (payload && !object_add_text(payload, VIR_DOMAIN_JOB_OPERATION, name)) {
        json_object_put(payload);
        payload = NULL;
    }
    tell(domain, opaque, "job-completed", name, NULL, payload);
}

CALLBACK(on_agent_lifecycle, int state, int reason)
{
    const char *name = name_agent_state(state), *why = name_agent_reason(reason);

    tell(domain, opaque, "agent-lifecycle", name, why,
         PAYLOAD(TEXT("state", name), TEXT("reason", why)));
}

CALLBACK(on_migration_iteration, int iteration)
{
    char number[NUMBER_SIZE];

    tell(domain, opaque, "migration-iteration", "-", write_number(number, iteration),
         PAYLOAD(INTEGER("iteration", iteration)));
}

CALLBACK(on_metadata_change, int type, const char *nsuri)
{
    const char *name = name_metadata_type(type);

    tell(domain, opaque, "metadata-change", name, nsuri,
         PAYLOAD(TEXT("type", name), TEXT("nsuri", nsuri)));
}

CALLBACK(on_block_threshold, const char *device, const char *path, unsigned long long threshold,
         unsigned long long excess)
{
    tell(domain, opaque, "block-threshold", "-", device,
         PAYLOAD(TEXT("dev", device), TEXT("path", path), POSITIVE("threshold", threshold),
                 POSITIVE("excess", excess)));
}

#if LIBVIR_CHECK_VERSION(6, 9, 0)
CALLBACK(on_memory_failure, int recipient, int action, unsigned int flags)
{
    const char *who = name_memory_failure_recipient(recipient);
    const char *what = name_memory_failure_action(action);
    bool required = flags & VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED;
    bool recursive = flags & VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE;

    tell(domain, opaque, "memory-failure", what, who,
         PAYLOAD(TEXT("recipient", who), TEXT("action", what), INTEGER("action_required", required),
                 INTEGER("recursive", recursive)));
}
#endif

#if LIBVIR_CHECK_VERSION(7, 9, 0)
CALLBACK(on_memory_device_size, const char *alias, unsigned long long size)
{
    tell(domain, opaque, "memory-device-size-change", "-", alias,
         PAYLOAD(TEXT("alias", alias), POSITIVE("size", size)));
}
#endif

static const struct {
    int id;
    virConnectDomainEventGenericCallback callback;
} events[] = {
    {VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle)},
    {VIR_DOMAIN_EVENT_ID_REBOOT, on_reboot},
    {VIR_DOMAIN_EVENT_ID_RTC_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_rtc_change)},
    {VIR_DOMAIN_EVENT_ID_WATCHDOG, VIR_DOMAIN_EVENT_CALLBACK(on_watchdog)},
    {VIR_DOMAIN_EVENT_ID_IO_ERROR, VIR_DOMAIN_EVENT_CALLBACK(on_io_error)},
    {VIR_DOMAIN_EVENT_ID_GRAPHICS, VIR_DOMAIN_EVENT_CALLBACK(on_graphics)},
    {VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, VIR_DOMAIN_EVENT_CALLBACK(on_io_error_reason)},
    {VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, on_control_error},
    {VIR_DOMAIN_EVENT_ID_BLOCK_JOB, VIR_DOMAIN_EVENT_CALLBACK(on_block_job)},
    {VIR_DOMAIN_EVENT_ID_DISK_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_disk_change)},
    {VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_tray_change)},
    {VIR_DOMAIN_EVENT_ID_PMWAKEUP, VIR_DOMAIN_EVENT_CALLBACK(on_pm_wakeup)},
    {VIR_DOMAIN_EVENT_ID_PMSUSPEND, VIR_DOMAIN_EVENT_CALLBACK(on_pm_suspend)},
    {VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_balloon_change)},
    {VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, VIR_DOMAIN_EVENT_CALLBACK(on_pm_suspend_disk)},
    {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_device_removed)},
    {VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, VIR_DOMAIN_EVENT_CALLBACK(on_block_job_2)},
    {VIR_DOMAIN_EVENT_ID_TUNABLE, VIR_DOMAIN_EVENT_CALLBACK(on_tunable)},
    {VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_agent_lifecycle)},
    {VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_device_added)},
    {VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, VIR_DOMAIN_EVENT_CALLBACK(on_migration_iteration)},
    {VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, VIR_DOMAIN_EVENT_CALLBACK(on_job_completed)},
    {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
     VIR_DOMAIN_EVENT_CALLBACK(on_device_removal_failed)},
    {VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_metadata_change)},
    {VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, VIR_DOMAIN_EVENT_CALLBACK(on_block_threshold)},
#if LIBVIR_CHECK_VERSION(6, 9, 0)
    {VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, VIR_DOMAIN_EVENT_CALLBACK(on_memory_failure)},
#endif
#if LIBVIR_CHECK_VERSION(7, 9, 0)
    {VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE,
     VIR_DOMAIN_EVENT_CALLBACK(on_memory_device_size)},
#endif
};

#define EVENTS (sizeof(events) / sizeof(events[0]))
_Static_assert(EVENTS <= WATCHES_OF_DOMAINS, "each has its place");

void watch_domains(virConnectPtr connection, struct source *source, struct watches *watches)
{
    for (size_t i = 0; i < EVENTS; i++)
        watches->domains[i] = 1 + virConnectDomainEventRegisterAny(connection, NULL, events[i].id,
                                                                   events[i].callback, source,
                                                                   NULL);
}

void unwatch_domains(virConnectPtr connection, const struct watches *watches)
{
    for (size_t i = 0; i < EVENTS; i++) {
        if (watches->domains[i] > 0)
            (void)virConnectDomainEventDeregisterAny(connection, watches->domains[i] - 1);
    }
}
