/*
 * Why a call ended as it did: the codes in a verdict, in the audit log and in the admin's tools.
 * Both sides; the first few are the helper's, those of the last group the client's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define REASON_OK           "ok"               /* every script exited with 0 */
#define REASON_NO_SCRIPT    "no-script"        /* there was nothing to run */
#define REASON_DELIVERED    "delivered-before" /* an event whose scripts were run already */
#define REASON_EXIT_STATUS  "exit-status"      /* a script exited with another status than 0 */
#define REASON_SIGNAL       "signal"           /* a script was ended by a signal */
#define REASON_TIMED_OUT    "timed-out"        /* the deadline passed */
#define REASON_NOT_RUNNABLE "not-runnable"     /* vetting or the kernel kept it from running */
#define REASON_OUTPUT_LIMIT "output-limit"     /* the new XML was over its limit */
#define REASON_CANCELLED    "cancelled"        /* the client took the call back */
#define REASON_AUDIT        "audit-failed"     /* the record could not be written */
#define REASON_INTERNAL     "internal"         /* the helper ran out of memory or descriptors */

#define REASON_BAD_REQUEST "bad-request"       /* the helper refused the call's content */
#define REASON_BUSY        "busy"              /* the client has too many calls open */
#define REASON_CONFIG      "bad-configuration" /* the helper does not start with this configuration */
#define REASON_NO_HELPER   "no-helper"         /* it cannot be started or reached */
#define REASON_NO_ANSWER   "no-answer"         /* it did not answer in time */
#define REASON_HELPER_LOST "helper-lost"       /* it ended or broke the protocol during the call */
