/*
 * libvirt's events of networks, storage pools, node devices and secrets, made into ours.
 * virteventd, in the thread of libvirt's event loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include "names.h"
#include "payload.h"

static void tell(void *opaque, const char *kind, const char *object, const char *uuid,
                 const char *event, struct json_object *payload)
{
    source_tell(opaque,
                (struct event){.kind = kind,
                               .object = object && *object ? object : "-",
                               .uuid = uuid,
                               .event = event,
                               .detail = "-",
                               .extra = "-"},
                payload);
}

static void on_network(virConnectPtr connection, virNetworkPtr network, int event, int detail,
                       void *opaque)
{
    const char *name = name_network_lifecycle(event);
    char uuid[VIR_UUID_STRING_BUFLEN] = "";

    (void)virNetworkGetUUIDString(network, uuid);
    tell(opaque, "network", virNetworkGetName(network), uuid, name, PAYLOAD(TEXT("event", name)));
}

static void tell_pool(virStoragePoolPtr pool, const char *event, struct json_object *payload,
                      void *opaque)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";

    (void)virStoragePoolGetUUIDString(pool, uuid);
    tell(opaque, "storage-pool", virStoragePoolGetName(pool), uuid, event, payload);
}

static void on_pool(virConnectPtr connection, virStoragePoolPtr pool, int event, int detail,
                    void *opaque)
{
    const char *name = name_pool_lifecycle(event);

    tell_pool(pool, name, PAYLOAD(TEXT("event", name)), opaque);
}

static void on_pool_refresh(virConnectPtr connection, virStoragePoolPtr pool, void *opaque)
{
    tell_pool(pool, "refresh", json_object_new_object(), opaque);
}

static void on_device(virConnectPtr connection, virNodeDevicePtr device, int event, int detail,
                      void *opaque)
{
    const char *name = name_device_lifecycle(event);

    tell(opaque, "node-device", virNodeDeviceGetName(device), "", name,
         PAYLOAD(TEXT("event", name)));
}

static void on_device_update(virConnectPtr connection, virNodeDevicePtr device, void *opaque)
{
    tell(opaque, "node-device", virNodeDeviceGetName(device), "", "update",
         json_object_new_object());
}

/* A secret has no name, only what it is for, which may be nothing. */
static void tell_secret(virSecretPtr secret, const char *event, void *opaque)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    const char *usage = virSecretGetUsageID(secret);

    (void)virSecretGetUUIDString(secret, uuid);
    tell(opaque, "secret", usage, uuid, event,
         PAYLOAD(TEXT("event", event), TEXT("usageID", usage)));
}

static void on_secret(virConnectPtr connection, virSecretPtr secret, int event, int detail,
                      void *opaque)
{
    tell_secret(secret, name_secret_lifecycle(event), opaque);
}

static void on_secret_value(virConnectPtr connection, virSecretPtr secret, void *opaque)
{
    tell_secret(secret, "value-changed", opaque);
}

void watch_objects(virConnectPtr connection, struct source *source, struct watches *watches)
{
    int *ids = watches->objects;

    *ids++ = 1 + virConnectNetworkEventRegisterAny(connection, NULL, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                                   VIR_NETWORK_EVENT_CALLBACK(on_network), source,
                                                   NULL);
    *ids++ = 1 + virConnectStoragePoolEventRegisterAny(
                     connection, NULL, VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
                     VIR_STORAGE_POOL_EVENT_CALLBACK(on_pool), source, NULL);
    *ids++ = 1 + virConnectStoragePoolEventRegisterAny(connection, NULL,
                                                       VIR_STORAGE_POOL_EVENT_ID_REFRESH,
                                                       on_pool_refresh, source, NULL);
    *ids++ = 1 + virConnectNodeDeviceEventRegisterAny(
                     connection, NULL, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
                     VIR_NODE_DEVICE_EVENT_CALLBACK(on_device), source, NULL);
    *ids++ = 1 + virConnectNodeDeviceEventRegisterAny(connection, NULL,
                                                      VIR_NODE_DEVICE_EVENT_ID_UPDATE,
                                                      on_device_update, source, NULL);
    *ids++ = 1 + virConnectSecretEventRegisterAny(connection, NULL, VIR_SECRET_EVENT_ID_LIFECYCLE,
                                                  VIR_SECRET_EVENT_CALLBACK(on_secret), source,
                                                  NULL);
    *ids++ = 1 + virConnectSecretEventRegisterAny(connection, NULL,
                                                  VIR_SECRET_EVENT_ID_VALUE_CHANGED,
                                                  on_secret_value, source, NULL);
}

void unwatch_objects(virConnectPtr connection, const struct watches *watches)
{
    static int (*const ends[WATCHES_OF_OBJECTS])(virConnectPtr, int) = {
        virConnectNetworkEventDeregisterAny,     virConnectStoragePoolEventDeregisterAny,
        virConnectStoragePoolEventDeregisterAny, virConnectNodeDeviceEventDeregisterAny,
        virConnectNodeDeviceEventDeregisterAny,  virConnectSecretEventDeregisterAny,
        virConnectSecretEventDeregisterAny,
    };

    for (size_t i = 0; i < WATCHES_OF_OBJECTS; i++) {
        if (watches->objects[i] > 0)
            (void)ends[i](connection, watches->objects[i] - 1);
    }
}
