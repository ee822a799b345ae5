/*
 * The words of libvirt's hooks and events, compiled into both sides: which drivers and kinds there
 * are, which names a request may carry, and which operations answer with XML.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Limits in bytes, without the NUL. libvirt's own words are short (the longest operation has 12
 * bytes, port-created). libvirt sets no limit for a guest's name; its log file's name does, at 251.
 */
#define NAME_DRIVER_MAX    16
#define NAME_OPERATION_MAX 64
#define NAME_OBJECT_MAX    1024
#define NAME_EXTRA_MAX     4096
#define NAME_UUID_LENGTH   36
#define NAME_PROFILE_MAX   64
#define NAME_DELIVERY_MAX  64
#define NAME_ONLY_MAX      4096
#define NAME_URI_MAX       4096

/* Whether libvirt has a hook by this name: qemu, network, lxc, libxl, bhyve, daemon. */
bool name_is_driver(const char *driver);

/* The drivers, in one fixed order; NULL past the last. */
const char *name_driver_at(size_t index);

/*
 * Whether there are events of this kind of object: domain, network, storage-pool, node-device,
 * secret, and daemon, of the daemons that tell of events. A call of class event has it as its
 * driver.
 */
bool name_is_kind(const char *kind);

/* The kinds, in one fixed order; NULL past the last. */
const char *name_kind_at(size_t index);

/*
 * Whether the text can be an operation or sub-operation: lower-case letters, digits and inner
 * hyphens, or a hyphen alone. Operations that are not known yet are not refused: a newer libvirt
 * may have them.
 */
bool name_is_operation(const char *operation);

/*
 * Whether the text can be an object's name: not empty, UTF-8, no newline and no slash (libvirt
 * refuses both). "." and ".." are names like others here: a name is never used as a path.
 */
bool name_is_object(const char *object);

/* Whether the text can be a call's extra argument: not empty and UTF-8. */
bool name_is_extra(const char *extra);

/* Whether the text is a UUID as libvirt prints it: 8-4-4-4-12 lower-case hexadecimal digits. */
bool name_is_uuid(const char *uuid);

/* Whether the text can be a profile's name: letters of ASCII, digits, '.', '_' and '-'. */
bool name_is_profile(const char *profile);

/* Whether the text can name the delivery of an event: as a profile's name. */
bool name_is_delivery(const char *delivery);

/*
 * Whether the text can narrow a call to one script: UTF-8 that begins with a slash. It is compared
 * with the paths of scripts that were found, and never looked up.
 */
bool name_is_only(const char *only);

/* Whether the text can be a libvirt URI, for a script's virsh: UTF-8 without controls. */
bool name_is_uri(const char *uri);

/* Whether what the scripts of this operation print is the new XML: migrate and restore. */
bool name_is_filter(const char *driver, const char *operation);
