/*
 * What can be wrong with a packet, in one table: code, sentence, and whether the sender may go on.
 * Both sides. Input here is trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "error.h"

#include <stdio.h>

struct error_row {
    const char *code;
    const char *text;
    bool content;
};

static const struct error_row rows[] = {
    [PROTOCOL_E_TRUNCATED] = {"truncated", "the packet ends inside a value", false},
    [PROTOCOL_E_TRAILING] = {"trailing-bytes", "bytes follow the packet's one array", false},
    [PROTOCOL_E_TOO_LARGE] = {"too-large", "the packet has more than 65536 bytes", false},
    [PROTOCOL_E_TOO_DEEP] = {"too-deep", "arrays and maps are nested too deep", false},
    [PROTOCOL_E_TOO_MANY] = {"too-many-values", "there are too many values or keys", false},
    [PROTOCOL_E_TOO_LONG] = {"too-long", "a string is longer than its field allows", true},
    [PROTOCOL_E_NOT_MSGPACK] = {"not-msgpack", "there is a byte or type that is not allowed",
                                false},
    [PROTOCOL_E_SHAPE] = {"bad-shape", "the packet is not [version, type, id, {fields}]", false},
    [PROTOCOL_E_VERSION] = {"unsupported-version",
                            "this version of the protocol is not spoken here", false},
    [PROTOCOL_E_TYPE] = {"unknown-type", "this type of packet is unknown, or not for this side",
                         true},
    [PROTOCOL_E_FIELD] = {"bad-field",
                          "a field is missing, of a wrong type or range, or stands twice", true},
    [PROTOCOL_E_NAME] = {"bad-name", "a name has characters that such a name cannot have", true},
    [PROTOCOL_E_TEXT] = {"bad-text", "a text is not UTF-8, or holds a NUL", true},
    [PROTOCOL_E_FDS] = {"bad-descriptors",
                        "the descriptors are not the sealed memfds that the packet announces",
                        true},
    [PROTOCOL_E_ORDER] = {"out-of-order", "the first packet, and no other, is a hello", false},
    [PROTOCOL_E_DUPLICATE_ID] = {"duplicate-id", "a call with this id is still open", false},
    [PROTOCOL_E_BUSY] = {"busy", "this client has as many calls open as calls_max allows", true},
    [PROTOCOL_E_STDIN] = {"stdin-too-large", "stdin has more bytes than stdin_max allows", true},
    [PROTOCOL_E_PROFILE] = {"unknown-profile",
                            "there is no profile of the name that the call asks for, or it cannot "
                            "be used on this host; status tells why",
                            true},
    [PROTOCOL_E_ENDING] = {"ending", "the helper is ending and takes no call", true},
    [PROTOCOL_E_NOT_HERE] = {"not-here", "at an admin socket no call is made or taken back", true},
    [PROTOCOL_E_CONFIG] = {"bad-configuration",
                           "the configuration was refused; the running one stays", true},
    [PROTOCOL_E_INTERNAL] = {"internal", "the helper is short of memory or descriptors", true},
};

static const struct error_row unknown_row = {"internal", "an error without a name", false};

static const struct error_row *row_of(int error)
{
    if (error <= 0 || (size_t)error >= sizeof(rows) / sizeof(rows[0]))
        return &unknown_row;
    return &rows[error];
}

const char *protocol_error_code(int error)
{
    return row_of(error)->code;
}

const char *protocol_error_text(int error)
{
    return row_of(error)->text;
}

void protocol_error_sentence(int error, const char *field, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%s%s", field ? field : "", field ? ": " : "",
             protocol_error_text(error));
}

bool protocol_error_is_content(int error)
{
    return row_of(error)->content;
}
