/*
 * What all messages have in common: who owns them, and which descriptors they announce. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "message.h"

#include <stdlib.h>
#include <string.h>

void message_clear(struct message *message)
{
    free(message->storage);
    free(message->details);
    memset(message, 0, sizeof(*message));
}

size_t message_fd_count(const struct message *message, enum message_side side)
{
    if (side == SIDE_CLIENT && message->type == MESSAGE_CALL)
        return message->call.has_stdin ? 1 : 0;
    if (side == SIDE_HELPER && message->type == MESSAGE_VERDICT)
        return (size_t)message->verdict.has_output + (size_t)message->verdict.has_details;
    return 0;
}
