/*
 * What the log tells of one script: what it did, and at which operations. Admin's process; a script
 * that is near root can make the log say anything of it, so nothing here is trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Operations that are told apart, drivers included; libvirt has fewer. */
#define EVIDENCE_OPERATIONS_MAX 64

/* Different things that are kept of all calls together. */
#define EVIDENCE_SIGHTINGS_MAX 8192

/* One thing that the script did, or was refused. */
struct sighting {
    char *text;          /* as in the log, its controls escaped: "write /etc/motd", "call mount" */
    char *call;          /* the first in which it was seen */
    uint64_t operations; /* bit n: operations[n] */
    size_t guest;        /* where in the text the component with the guest's name is; 0: none is */
    bool refused;        /* it comes from `denied` of a strict profile alone */
};

/* Starts as zeros. */
struct evidence {
    struct sighting *sightings; /* in the order of their texts */
    size_t count, room;
    char *operations[EVIDENCE_OPERATIONS_MAX]; /* "qemu prepare/begin" */
    size_t operation_count;
    uint64_t observed_at; /* operations of permissive runs: bits as above */
    char *path;           /* of the script */
    char *profile;        /* of its last permissive run, else of the last that was refused anything;
                             NULL: none */
    char *sha256;         /* of its last permissive run */
    uint64_t runs;        /* permissive ones */
    uint64_t failed;      /* of these, with another exit status than 0 */
    uint64_t strict_runs; /* others */
    uint64_t lost;        /* things seen and not kept, in the log or here */
    bool lost_more;       /* and others that nobody counted */
    bool of_event;        /* it ran for events, and not for hooks */
    bool other_versions;  /* of the script, or other permissive profiles */
};

/* Where and when something was seen. */
struct occasion {
    const char *operation, *call, *guest;
    bool refused;
};

/* The bit of this operation, made known where it is new; 0 where there are too many, or -ENOMEM. */
int evidence_note_operation(struct evidence *evidence, const char *operation, uint64_t *ret_bit);

/* Notes what was seen then. Returns 0 or -ENOMEM. */
int evidence_add(struct evidence *evidence, const struct occasion *occasion, const char *text);

void evidence_clear(struct evidence *evidence);
