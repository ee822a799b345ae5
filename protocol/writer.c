/*
 * Bytes that grow up to a limit, with msgpack-c's packer in front. Both sides. What it is given is
 * trusted but for texts, which may hold what a script printed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "writer.h"

#include "cleanup.h"
#include "text.h"

#include <string.h>

#define FIRST_ROOM 512

/* Makes room for `size` more bytes; the error is the writer's. */
static void make_room(struct writer *writer, size_t size)
{
    size_t room = writer->room > 0 ? writer->room : FIRST_ROOM;
    uint8_t *data;

    if (size > writer->most - writer->size) {
        writer->error = -EMSGSIZE;
        return;
    }
    while (room < writer->size + size)
        room *= 2;
    if (room == writer->room)
        return;
    data = realloc(writer->data, room);
    if (!data) {
        writer->error = -ENOMEM;
        return;
    }
    writer->data = data;
    writer->room = room;
}

/* What msgpack-c's packer calls; its answer is not used, the writer's error is. */
static int append(void *opaque, const char *bytes, size_t size)
{
    struct writer *writer = opaque;

    if (writer->error == 0)
        make_room(writer, size);
    if (writer->error != 0)
        return -1;
    if (size > 0)
        memcpy(writer->data + writer->size, bytes, size);
    writer->size += size;
    return 0;
}

void writer_init(struct writer *writer, size_t most)
{
    memset(writer, 0, sizeof(*writer));
    writer->most = most;
    msgpack_packer_init(&writer->packer, writer, append);
}

void writer_free(struct writer *writer)
{
    free(writer->data);
    writer->data = NULL;
}

void writer_array(struct writer *writer, size_t count)
{
    msgpack_pack_array(&writer->packer, count);
}

void writer_map(struct writer *writer, size_t count)
{
    msgpack_pack_map(&writer->packer, count);
}

void writer_uint(struct writer *writer, uint64_t value)
{
    msgpack_pack_uint64(&writer->packer, value);
}

static void write_bytes(struct writer *writer, const char *text, size_t size)
{
    msgpack_pack_str(&writer->packer, size);
    msgpack_pack_str_body(&writer->packer, text, size);
}

void writer_string(struct writer *writer, const char *text)
{
    write_bytes(writer, text, strlen(text));
}

void writer_key_uint(struct writer *writer, const char *key, uint64_t value)
{
    writer_string(writer, key);
    writer_uint(writer, value);
}

void writer_key_bool(struct writer *writer, const char *key, bool value)
{
    writer_string(writer, key);
    if (value)
        msgpack_pack_true(&writer->packer);
    else
        msgpack_pack_false(&writer->packer);
}

void writer_key_string(struct writer *writer, const char *key, const char *text)
{
    writer_string(writer, key);
    writer_string(writer, text);
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Part of a text: what is left of it when it is cut. */
struct part {
    const char *text;
    size_t size;
};

/* At most `most` bytes of a text, cut at a character's border where it is UTF-8. */
static struct part cut(const char *text, size_t most, enum writer_keep keep)
{
    size_t size = strlen(text), at = keep == KEEP_START ? most : size - most;

    if (size <= most)
        return (struct part){.text = text, .size = size};
    for (int i = 0; i < 3 && is_inside_character(text[at]); i++) {
        if (keep == KEEP_START)
            at--;
        else
            at++;
    }
    if (keep == KEEP_START)
        return (struct part){.text = text, .size = at};
    return (struct part){.text = text + at, .size = size - at};
}

void writer_key_text(struct writer *writer, const char *key, const char *text, size_t most,
                     enum writer_keep keep)
{
    struct part part = cut(text, most, keep);
    auto_free char *escaped = NULL;

    writer_string(writer, key);
    if (text_is_utf8(part.text, part.size)) {
        write_bytes(writer, part.text, part.size);
        return;
    }
    escaped = text_escape(part.text, part.size, true);
    if (!escaped) {
        writer->error = -ENOMEM;
        return;
    }
    part = cut(escaped, most, keep);
    write_bytes(writer, part.text, part.size);
}
