/*
 * The look at raw bytes before any library sees them: msgpack-c takes the counts in a packet at
 * their word, and six bytes make it map 8 GiB. Both sides. All input is untrusted.
 *
 * One loop takes one value a turn and always moves on by at least one byte; a fixed stack holds
 * how many values each open array or map still waits for. Nothing here is allocated, nothing
 * calls itself, and no other code is needed, so that a proof of it stays short.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "check.h"

/* One value's start: how many bytes it takes, without what it contains, and how many values that
 * is. */
struct value {
    uint64_t length;  /* bytes, the leading one included */
    uint64_t string;  /* bytes of text or binary among them */
    uint64_t content; /* values inside, 0 for what is neither array nor map */
    int is_container;
};

/* A big-endian number of `width` bytes, at most 4. */
static uint64_t read_number(const uint8_t *data, size_t width)
{
    uint64_t number = 0;

    for (size_t i = 0; i < width; i++)
        number = number << 8 | data[i];
    return number;
}

static void set_plain(struct value *value, uint64_t length)
{
    value->length = length;
    value->string = 0;
    value->content = 0;
    value->is_container = 0;
}

static void set_string(struct value *value, uint64_t head, uint64_t string)
{
    value->length = head + string;
    value->string = string;
    value->content = 0;
    value->is_container = 0;
}

static void set_container(struct value *value, uint64_t head, uint64_t content)
{
    value->length = head;
    value->string = 0;
    value->content = content;
    value->is_container = 1;
}

/* A value whose leading byte is followed by a length or count of `width` bytes. */
static int read_counted(const uint8_t *data, size_t size, size_t width, struct value *ret_value)
{
    uint64_t number;

    if (size - 1 < width)
        return PROTOCOL_E_TRUNCATED;
    number = read_number(data + 1, width);
    if (data[0] >= 0xde)
        set_container(ret_value, 1 + width, 2 * number);
    else if (data[0] >= 0xdc)
        set_container(ret_value, 1 + width, number);
    else
        set_string(ret_value, 1 + width, number);
    return 0;
}

/* The value at the start of `data`, which has at least one byte. Says nothing of what follows it.
 */
static int read_value(const uint8_t *data, size_t size, struct value *ret_value)
{
    uint8_t lead = data[0];

    set_plain(ret_value, 1);
    if (lead <= 0x7f || lead >= 0xe0) /* small integers */
        return 0;
    if (lead <= 0x8f)
        set_container(ret_value, 1, 2 * (uint64_t)(lead & 0x0f));
    else if (lead <= 0x9f)
        set_container(ret_value, 1, lead & 0x0f);
    else if (lead <= 0xbf)
        set_string(ret_value, 1, lead & 0x1f);
    if (lead <= 0xc0 || lead == 0xc2 || lead == 0xc3) /* nil, false, true */
        return 0;
    switch (lead) {
    case 0xc4: /* bin 8 */
    case 0xd9: /* str 8 */
        return read_counted(data, size, 1, ret_value);
    case 0xc5: /* bin 16 */
    case 0xda: /* str 16 */
    case 0xdc: /* array 16 */
    case 0xde: /* map 16 */
        return read_counted(data, size, 2, ret_value);
    case 0xc6: /* bin 32 */
    case 0xdb: /* str 32 */
    case 0xdd: /* array 32 */
    case 0xdf: /* map 32 */
        return read_counted(data, size, 4, ret_value);
    case 0xcc: /* integers and floats of 1, 2, 4 and 8 bytes */
    case 0xd0:
        set_plain(ret_value, 2);
        return 0;
    case 0xcd:
    case 0xd1:
        set_plain(ret_value, 3);
        return 0;
    case 0xca:
    case 0xce:
    case 0xd2:
        set_plain(ret_value, 5);
        return 0;
    case 0xcb:
    case 0xcf:
    case 0xd3:
        set_plain(ret_value, 9);
        return 0;
    default: /* ext, and c1, which msgpack never uses */
        return PROTOCOL_E_NOT_MSGPACK;
    }
}

/* Holds a value against the limits and the bytes that are left. */
static int check_value(const struct value *value, size_t left, size_t items, size_t depth,
                       const struct check_limits *limits)
{
    if (value->is_container && (depth >= limits->depth || depth >= CHECK_DEPTH_MAX))
        return PROTOCOL_E_TOO_DEEP;
    if (items >= limits->items || value->content > limits->items - items - 1)
        return PROTOCOL_E_TOO_MANY;
    if (value->string > limits->string)
        return PROTOCOL_E_TOO_LONG;
    return value->length > left ? PROTOCOL_E_TRUNCATED : 0;
}

int check_bytes(const uint8_t *data, size_t size, const struct check_limits *limits)
{
    uint64_t waiting[CHECK_DEPTH_MAX]; /* values that each open container still waits for */
    size_t depth = 0, items = 0, offset = 0;
    struct value value;
    int r;

    do {
        if (offset >= size)
            return PROTOCOL_E_TRUNCATED;
        r = read_value(data + offset, size - offset, &value);
        if (r == 0)
            r = check_value(&value, size - offset, items, depth, limits);
        if (r != 0)
            return r;
        offset += (size_t)value.length;
        items++;
        if (value.content > 0) {
            waiting[depth++] = value.content;
            continue;
        }
        while (depth > 0 && --waiting[depth - 1] == 0)
            depth--;
    } while (depth > 0);
    return offset == size ? 0 : PROTOCOL_E_TRAILING;
}
