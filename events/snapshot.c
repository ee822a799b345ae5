/*
 * What is there at a daemon now. virteventd, in the thread that connects.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snapshot.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <stdlib.h>

_Static_assert(STATE_UUID_SIZE == VIR_UUID_STRING_BUFLEN, "as libvirt writes it");

/* Whether a list could not be had for another reason than that there is no driver for it. */
static int list_error(void)
{
    const virError *error = virGetLastError();

    return error && error->code == VIR_ERR_NO_SUPPORT ? 0 : -EIO;
}

/* Which objects one question asks for. Kinds of objects share these, under names of their own. */
struct which {
    bool active, transient;
};

/*
 * A guest counts as active from the first step of its start on, and its "started" is still to come.
 * One that libvirt gave up half-way stays so.
 */
static bool is_starting(virDomainPtr domain)
{
    int state, reason;

    return virDomainGetState(domain, &state, &reason, 0) == 0 && state == VIR_DOMAIN_PAUSED &&
           reason == VIR_DOMAIN_PAUSED_STARTING_UP;
}

static int take_domains(virConnectPtr connection, struct which which, struct states *states)
{
    virDomainPtr *list = NULL;
    unsigned int flags = (which.active ? VIR_CONNECT_LIST_DOMAINS_ACTIVE
                                       : VIR_CONNECT_LIST_DOMAINS_INACTIVE) |
                         (which.transient ? VIR_CONNECT_LIST_DOMAINS_TRANSIENT
                                          : VIR_CONNECT_LIST_DOMAINS_PERSISTENT);
    int count = virConnectListAllDomains(connection, &list, flags), r = 0;

    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";

        if (r == 0 && virDomainGetUUIDString(list[i], uuid) == 0)
            r = states_put(states, "domain", uuid, virDomainGetName(list[i]),
                           which.active && !is_starting(list[i]), which.transient);
        virDomainFree(list[i]);
    }
    free(list);
    return count < 0 ? list_error() : r;
}

static int take_networks(virConnectPtr connection, struct which which, struct states *states)
{
    virNetworkPtr *list = NULL;
    unsigned int flags = (which.active ? VIR_CONNECT_LIST_NETWORKS_ACTIVE
                                       : VIR_CONNECT_LIST_NETWORKS_INACTIVE) |
                         (which.transient ? VIR_CONNECT_LIST_NETWORKS_TRANSIENT
                                          : VIR_CONNECT_LIST_NETWORKS_PERSISTENT);
    int count = virConnectListAllNetworks(connection, &list, flags), r = 0;

    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";

        if (r == 0 && virNetworkGetUUIDString(list[i], uuid) == 0)
            r = states_put(states, "network", uuid, virNetworkGetName(list[i]), which.active,
                           which.transient);
        virNetworkFree(list[i]);
    }
    free(list);
    return count < 0 ? list_error() : r;
}

static int take_pools(virConnectPtr connection, struct which which, struct states *states)
{
    virStoragePoolPtr *list = NULL;
    unsigned int flags = (which.active ? VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE
                                       : VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE) |
                         (which.transient ? VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT
                                          : VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT);
    int count = virConnectListAllStoragePools(connection, &list, flags), r = 0;

    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";

        if (r == 0 && virStoragePoolGetUUIDString(list[i], uuid) == 0)
            r = states_put(states, "storage-pool", uuid, virStoragePoolGetName(list[i]),
                           which.active, which.transient);
        virStoragePoolFree(list[i]);
    }
    free(list);
    return count < 0 ? list_error() : r;
}

int snapshot_take(virConnectPtr connection, struct states *ret_states)
{
    static int (*const takes[])(virConnectPtr, struct which,
                                struct states *) = {take_domains, take_networks, take_pools};
    /* What starts meanwhile is found twice, and then counts as active. */
    static const struct which questions[] = {{false, false}, {true, false}, {true, true}};
    unsigned long version;
    int r = 0;

    for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
        for (size_t j = 0; r == 0 && j < sizeof(questions) / sizeof(questions[0]); j++)
            r = takes[i](connection, questions[j], ret_states);
    }
    /* A daemon's answer may overtake the event of what it tells of, but not its next answer. */
    return r == 0 && virConnectGetLibVersion(connection, &version) < 0 ? -EIO : r;
}
