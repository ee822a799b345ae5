/*
 * From what was seen of a script to what its profile has to grant. Admin's process; the texts come
 * from the log, where a script that is near root can write anything: what comes out is read by a
 * person before it is put in force.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fold.h"
#include "grants.h"
#include "user.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* What is looked at, and what comes of it. */
struct derivation {
    struct grants *grants;
    const struct sighting *sighting;
};

static const char never_call[] = "no profile lets this pass: only an unconfined one does";
static const char never_mount[] =
    "a mount would be seen by the script alone: only an unconfined profile mounts for the host";
static const char never_abstract[] =
    "no profile reaches abstract sockets of others: only an unconfined one does";
static const char never_process[] =
    "files of processes below /proc can be granted for the host's processes alone (pids = host)";
static const char never_name[] = "the log shows this name escaped: put it in by hand";
static const char whole_folder[] =
    "the folder, since what has the guest's name in it is another file for each guest";

static int add(const struct derivation *derivation, enum grant_key key, const char *value,
               const char *why)
{
    return grants_add(derivation->grants, key, value, why, derivation->sighting);
}

static int never(const struct derivation *derivation, const char *why)
{
    return add(derivation, GRANT_NEVER, derivation->sighting->text, why);
}

static int unknown(const struct derivation *derivation, const char *why)
{
    return add(derivation, GRANT_UNKNOWN, derivation->sighting->text, why);
}

/* Names of calls of the second architecture have that in front, and are listed without. */
static int derive_call(const struct derivation *derivation, const char *name)
{
    const char *colon = strchr(name, ':');

    if (strchr(name, ' '))
        return never(derivation, never_call);
    return add(derivation, GRANT_CALL, colon ? colon + 1 : name, NULL);
}

static int derive_capability(const struct derivation *derivation, const char *name)
{
    auto_free char *upper = strdup(name);

    if (!upper)
        return -ENOMEM;
    for (char *at = upper; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return add(derivation, GRANT_CAPABILITY, upper, NULL);
}

static int derive_family(const struct derivation *derivation, const char *name)
{
    if (strncmp(name, "AF_", 3) != 0)
        return never(derivation, never_call);
    return add(derivation, GRANT_FAMILY, name, NULL);
}

static bool is_of_process(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 &&
           (isdigit((unsigned char)path[6]) || strncmp(path + 6, "self/", 5) == 0 ||
            strncmp(path + 6, "thread-self/", 12) == 0);
}

static size_t count_slashes(const char *path)
{
    size_t count = 0;

    for (; *path; path++)
        count += *path == '/';
    return count;
}

/* Cuts the path to the folder it is in. */
static void cut(char *path)
{
    char *slash = strrchr(path, '/');

    slash[slash == path] = '\0';
}

/* What is granted of a path: itself or, to change what the folder holds, its folder. */
static int derive_path(const struct derivation *derivation, enum grant_key key, const char *path,
                       bool folder)
{
    auto_free char *value = strdup(path);
    auto_free char *shared = strdup(path);
    size_t guest = derivation->sighting->guest, start = (size_t)(path - derivation->sighting->text);
    const char *why = NULL;

    if (!value || !shared)
        return -ENOMEM;
    if (is_of_process(path))
        return never(derivation, never_process);
    if (folder && strchr(value, '/'))
        cut(value);
    if (value[0] != '/' || strchr(value, '\\'))
        return never(derivation, never_name);
    /* The offset is that of the slash behind which the name stands, and one. */
    if (guest > start + 1)
        shared[guest - 1 - start] = '\0';
    if (guest > start + 1 && strlen(shared) < strlen(value) && count_slashes(shared) > 1) {
        strcpy(value, shared);
        why = whole_folder;
    }
    return add(derivation, key, value, why);
}

static int derive_read(const struct derivation *derivation, const char *path)
{
    return derive_path(derivation, GRANT_READABLE, path, false);
}

static int derive_look(const struct derivation *derivation, const char *path)
{
    return derive_path(derivation, GRANT_SEEN, path, false);
}

static int derive_write(const struct derivation *derivation, const char *path)
{
    return derive_path(derivation, GRANT_WRITABLE, path, false);
}

static int derive_change(const struct derivation *derivation, const char *path)
{
    return derive_path(derivation, GRANT_WRITABLE, path, true);
}

static int derive_execute(const struct derivation *derivation, const char *path)
{
    return derive_path(derivation, GRANT_EXECUTABLE, path, false);
}

static int derive_connect(const struct derivation *derivation, const char *address)
{
    if (address[0] == '@')
        return never(derivation, never_abstract);
    if (address[0] == '/')
        return derive_path(derivation, GRANT_SOCKET, address, false);
    return add(derivation, GRANT_NETWORK, "host", NULL);
}

static int derive_mount(const struct derivation *derivation, const char *path)
{
    (void)path;
    return never(derivation, never_mount);
}

static int derive_network(const struct derivation *derivation, const char *call)
{
    (void)call;
    return add(derivation, GRANT_NETWORK, "host", NULL);
}

/* The user was derived before all else: it takes more than one of them. */
static int derive_user(const struct derivation *derivation, const char *rest)
{
    (void)derivation;
    (void)rest;
    return 0;
}

static int derive_unknown(const struct derivation *derivation, const char *what)
{
    if (strcmp(what, "socket AF_NETLINK") == 0)
        return unknown(derivation,
                       "what it asked the kernel for is not seen: to change the network it needs "
                       "capabilities += { NET_ADMIN }");
    return unknown(derivation, "what it did by way of this call is not seen");
}

static const struct {
    const char *verb;
    int (*derive)(const struct derivation *derivation, const char *rest);
} verbs[] = {
    {"call ", derive_call},       {"capability ", derive_capability},
    {"connect ", derive_connect}, {"create ", derive_change},
    {"execute ", derive_execute}, {"look ", derive_look},
    {"mount ", derive_mount},     {"network ", derive_network},
    {"owner ", derive_user},      {"permission ", derive_user},
    {"read ", derive_read},       {"remove ", derive_change},
    {"rename ", derive_change},   {"socket ", derive_family},
    {"unknown ", derive_unknown}, {"write ", derive_write},
};

static int derive(struct grants *grants, const struct sighting *sighting)
{
    const struct derivation derivation = {grants, sighting};

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        size_t length = strlen(verbs[i].verb);

        if (strncmp(sighting->text, verbs[i].verb, length) == 0)
            return verbs[i].derive(&derivation, sighting->text + length);
    }
    return unknown(&derivation, "this version of virt-hook does not know what it means");
}

static int compare(const void *a, const void *b)
{
    const struct grant *left = a, *right = b;

    return left->key != right->key ? (int)left->key - (int)right->key
                                   : strcmp(left->value, right->value);
}

int grants_make(const struct evidence *evidence, struct grants *ret_grants)
{
    int r = user_derive(evidence, ret_grants);

    for (size_t i = 0; r == 0 && i < evidence->count; i++)
        r = derive(ret_grants, &evidence->sightings[i]);
    if (r == 0)
        r = grants_fold(ret_grants);
    if (r == 0 && ret_grants->count > 0)
        qsort(ret_grants->list, ret_grants->count, sizeof(*ret_grants->list), compare);
    return r;
}
