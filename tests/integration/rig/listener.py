"""What libvirt's own Python binding hears of a daemon: a JSON line for each event.

A process of its own, inside a cell, with a connection of its own. It makes of an event what
virteventd's page says, from libvirt's constants and callbacks alone, by which virteventd's lines
can be judged. It says "ready" when it is registered for every event that the binding knows, and
ends when it is killed.

    listener.py URI
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import sys

import libvirt

# An event, by its constant: its name (where it is not made of the constant's), what the callback is
# given, and which of that is the detail and the extra. A parameter with a prefix is a number that
# has names: those of the constants that begin so.
DOMAIN = {
    "REBOOT": ("", [], None, None),
    "RTC_CHANGE": ("", ["utcoffset"], None, "utcoffset"),
    "WATCHDOG": ("", ["action:VIR_DOMAIN_EVENT_WATCHDOG_"], "action", None),
    "IO_ERROR": ("", ["srcPath", "devAlias", "action:VIR_DOMAIN_EVENT_IO_ERROR_"],
                 "action", "devAlias"),
    "IO_ERROR_REASON": ("", ["srcPath", "devAlias", "action:VIR_DOMAIN_EVENT_IO_ERROR_",
                             "reason"], "action", "devAlias"),
    "CONTROL_ERROR": ("", [], None, None),
    "BLOCK_JOB": ("", ["disk", "type:VIR_DOMAIN_BLOCK_JOB_TYPE_", "status:VIR_DOMAIN_BLOCK_JOB_"],
                  "status", "disk"),
    "BLOCK_JOB_2": ("", ["disk", "type:VIR_DOMAIN_BLOCK_JOB_TYPE_",
                         "status:VIR_DOMAIN_BLOCK_JOB_"], "status", "disk"),
    "DISK_CHANGE": ("", ["oldSrcPath", "newSrcPath", "devAlias",
                         "reason:VIR_DOMAIN_EVENT_DISK_"], "reason", "devAlias"),
    "TRAY_CHANGE": ("", ["devAlias", "reason:VIR_DOMAIN_EVENT_TRAY_CHANGE_"],
                    "reason", "devAlias"),
    "PMWAKEUP": ("pm-wakeup", [None], None, None),
    "PMSUSPEND": ("pm-suspend", [None], None, None),
    "PMSUSPEND_DISK": ("pm-suspend-disk", [None], None, None),
    "BALLOON_CHANGE": ("", ["actual"], None, "actual"),
    "DEVICE_REMOVED": ("", ["devAlias"], None, "devAlias"),
    "DEVICE_ADDED": ("", ["devAlias"], None, "devAlias"),
    "DEVICE_REMOVAL_FAILED": ("", ["devAlias"], None, "devAlias"),
    "MIGRATION_ITERATION": ("", ["iteration"], None, "iteration"),
    "AGENT_LIFECYCLE": ("", ["state:VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_",
                             "reason:VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_"],
                        "state", "reason"),
    "METADATA_CHANGE": ("", ["type:VIR_DOMAIN_METADATA_", "nsuri"], "type", "nsuri"),
    "BLOCK_THRESHOLD": ("", ["dev", "path", "threshold", "excess"], None, "dev"),
    "MEMORY_DEVICE_SIZE_CHANGE": ("", ["alias", "size"], None, "alias"),
}

# Those that have a function of their own below.
OTHER = ("LIFECYCLE", "GRAPHICS", "MEMORY_FAILURE", "TUNABLE", "JOB_COMPLETED")


# What virsh event calls otherwise than the constant says.
OTHERWISE = {"injectnmi": "inject-nmi"}


def name_of(prefix, number):
    """The number's name: what follows the prefix in libvirt's constant of the fewest words."""
    names = [constant.removeprefix(prefix) for constant, value in vars(libvirt).items()
             if constant.startswith(prefix) and value == number]
    name = min(names, key=lambda name: name.count("_"), default="unknown")
    name = name.lower().replace("_", "-")
    return OTHERWISE.get(name, name)


def say(kind, obj, event, payload, detail=None, extra=None, uuid=""):
    print(json.dumps({"kind": kind, "object": obj, "uuid": uuid, "event": event,
                      "detail": detail or "-", "extra": str(extra or "-"), "payload": payload}),
          flush=True)


def say_domain(domain, event, payload, detail=None, extra=None):
    say("domain", domain.name(), event, payload, detail, extra, domain.UUIDString())


def on_lifecycle(_, domain, event, detail, __):
    name = name_of("VIR_DOMAIN_EVENT_", event)
    why = name_of(f"VIR_DOMAIN_EVENT_{name.upper()}_", detail)
    say_domain(domain, name, {"event": name, "detail": why}, why)


def on_graphics(_, domain, phase, local, remote, scheme, subject, __):
    def address(of):
        return of | {"family": name_of("VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_", of["family"])}
    name = name_of("VIR_DOMAIN_EVENT_GRAPHICS_", phase)
    say_domain(domain, "graphics", {
        "phase": name, "authScheme": scheme, "local": address(local), "remote": address(remote),
        "subject": [{"type": kind, "name": who} for kind, who in subject]}, name, scheme)


def on_memory_failure(_, domain, recipient, action, flags, __):
    who = name_of("VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_", recipient)
    what = name_of("VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_", action)
    say_domain(domain, "memory-failure", {
        "recipient": who, "action": what,
        "action_required": int(bool(flags & libvirt.VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED)),
        "recursive": int(bool(flags & libvirt.VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE))}, what, who)


def on_domain(_, domain, *rest):
    *values, constant = rest
    name, parameters, detail, extra = DOMAIN[constant]
    payload = {}
    for parameter, value in zip(parameters, values, strict=True):
        key, _, prefix = (parameter or "").partition(":")
        payload[key] = name_of(prefix, value) if prefix else value
    payload.pop("", None)
    say_domain(domain, name or constant.lower().replace("_", "-"), payload, payload.get(detail),
               payload.get(extra))


def on_tunable(_, domain, parameters, __):
    say_domain(domain, "tunable", parameters)


def on_job_completed(_, domain, parameters, __):
    operation = name_of("VIR_DOMAIN_JOB_OPERATION_", parameters["operation"])
    say_domain(domain, "job-completed", parameters | {"operation": operation}, operation)


def listen_to_domains(connection):
    known = [c.removeprefix("VIR_DOMAIN_EVENT_ID_") for c in vars(libvirt)
             if c.startswith("VIR_DOMAIN_EVENT_ID_")]
    own = dict(zip(OTHER, (on_lifecycle, on_graphics, on_memory_failure, on_tunable,
                           on_job_completed), strict=True))
    for constant in known:
        connection.domainEventRegisterAny(
            None, getattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{constant}"),
            own.get(constant, on_domain), constant)


def life_of(kind, prefix, uuid=True):
    """A callback for the lives of objects that have a name."""
    def on_life(_, obj, event, *__):
        name = name_of(prefix, event)
        say(kind, obj.name(), name, {"event": name}, uuid=obj.UUIDString() if uuid else "")
    return on_life


def say_secret(secret, event):
    say("secret", secret.usageID() or "-", event, {"event": event, "usageID": secret.usageID()},
        uuid=secret.UUIDString())


def listen_to_others(connection):
    for register, number, callback in (
            (connection.networkEventRegisterAny, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE,
             life_of("network", "VIR_NETWORK_EVENT_")),
            (connection.storagePoolEventRegisterAny, libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
             life_of("storage-pool", "VIR_STORAGE_POOL_EVENT_")),
            (connection.storagePoolEventRegisterAny, libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH,
             lambda _, pool, *__: say("storage-pool", pool.name(), "refresh", {},
                                      uuid=pool.UUIDString())),
            (connection.nodeDeviceEventRegisterAny, libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
             life_of("node-device", "VIR_NODE_DEVICE_EVENT_", uuid=False)),
            (connection.nodeDeviceEventRegisterAny, libvirt.VIR_NODE_DEVICE_EVENT_ID_UPDATE,
             lambda _, device, *__: say("node-device", device.name(), "update", {})),
            (connection.secretEventRegisterAny, libvirt.VIR_SECRET_EVENT_ID_LIFECYCLE,
             lambda _, secret, event, *__: say_secret(secret,
                                                      name_of("VIR_SECRET_EVENT_", event))),
            (connection.secretEventRegisterAny, libvirt.VIR_SECRET_EVENT_ID_VALUE_CHANGED,
             lambda _, secret, *__: say_secret(secret, "value-changed"))):
        try:
            register(None, number, callback, None)
        except libvirt.libvirtError as error:  # a daemon without a driver for these
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise


def main():
    libvirt.virEventRegisterDefaultImpl()
    libvirt.registerErrorHandler(lambda *_: None, None)
    connection = libvirt.openReadOnly(sys.argv[1])
    listen_to_domains(connection)
    listen_to_others(connection)
    print('"ready"', flush=True)
    while True:
        libvirt.virEventRunDefaultImpl()


main()
