/*
 * The profiles that are always there: unconfined, and isolated, whose values hold wherever another
 * one says nothing. Helper. packaging/profiles.conf.in tells admins the same values and why.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profile.h"

#include "cleanup.h"
#include "profile_user.h"
#include "virthook-config.h"

#include <string.h>
#include <sys/socket.h>

#define MEBIBYTE (1024ULL * 1024)

static const char *const syscalls[] = {"@system-service", NULL};

static const char *const writable[] = {"-" VIRTHOOK_SCRIPT_LOG_DIR, NULL};

static const char *const hidden[] = {
    "-/root",
    "-/home",
    "-/boot",
    "-/etc/shadow",
    "-/etc/shadow-",
    "-/etc/gshadow",
    "-/etc/gshadow-",
    "-/etc/security/opasswd",
    "-/etc/ssh",
    "-/etc/ssl/private",
    "-/etc/pki/tls/private",
    "-/etc/pki/libvirt",
    "-/etc/krb5.keytab",
    "-/etc/wireguard",
    "-/etc/NetworkManager/system-connections",
    "-/etc/libvirt",
    "-/var/lib",
    "-/var/spool",
    "-/srv",
    "-/mnt",
    "-/media",
    "-/var/log/audit",
    "-/var/log/journal",
    "-/sys/kernel/debug",
    "-/sys/kernel/tracing",
    ("-" VIRTHOOK_CONFIG_DIR),
    ("-" VIRTHOOK_LOG_DIR),
    NULL,
};

static const char *const executable[] = {"/", NULL};

static const char *const sockets[] = {"-/dev/log", "-/run/systemd/journal/dev-log", NULL};

static int add_texts(struct text_list *list, const char *const *texts)
{
    int r = 0;

    for (; r == 0 && *texts; texts++)
        r = text_list_add(list, *texts);
    return r;
}

static int set_lists(struct profile *profile)
{
    int r = add_texts(&profile->syscalls, syscalls);

    if (r == 0)
        r = families_add(&profile->families, AF_UNIX);
    if (r == 0)
        r = add_texts(&profile->writable, writable);
    if (r == 0)
        r = add_texts(&profile->hidden, hidden);
    if (r == 0)
        r = add_texts(&profile->executable, executable);
    return r == 0 ? add_texts(&profile->sockets, sockets) : r;
}

int profile_defaults(struct profile *ret_profile)
{
    struct profile profile = {
        .user = strdup(PROFILE_USER),
        .selinux = strdup(PROFILE_SELINUX_TYPE),
        .tmp_size = 64 * MEBIBYTE,
        .cpu_seconds = 300,
        .memory = 4096 * MEBIBYTE,
        .file_size = 1024 * MEBIBYTE,
        .processes = 512,
        .open_files = 1024,
    };
    int r = profile.user && profile.selinux ? set_lists(&profile) : -ENOMEM;

    if (r < 0) {
        profile_clear(&profile);
        return r;
    }
    *ret_profile = profile;
    return 0;
}

/* Takes what the profile owns, which gets this name. */
static int add_named(struct profile_list *list, const char *name, struct profile *profile)
{
    int r;

    profile->name = strdup(name);
    r = profile->name ? profiles_add(list, profile) : -ENOMEM;
    profile_clear(profile);
    return r;
}

int profiles_add_built_in(struct profile_list *list)
{
    struct profile unconfined = {.unconfined = true}, isolated;
    int r = add_named(list, PROFILE_UNCONFINED, &unconfined);

    if (r == 0)
        r = profile_defaults(&isolated);
    if (r < 0)
        return r;
    profile_find_user(&isolated);
    return add_named(list, PROFILE_ISOLATED, &isolated);
}
