/*
 * Names for the numbers in libvirt's events, those that libvirt's own headers have. virteventd.
 *
 * Each returns "unknown" for a number that is of a later libvirt than this was built with.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

const char *name_lifecycle(int event);
const char *name_lifecycle_detail(int event, int detail);
const char *name_watchdog_action(int action);
const char *name_io_error_action(int action);
const char *name_graphics_phase(int phase);
const char *name_graphics_family(int family);
const char *name_block_job_type(int type);
const char *name_block_job_status(int status);
const char *name_job_operation(int operation);
const char *name_disk_change(int reason);
const char *name_tray_change(int reason);
const char *name_agent_state(int state);
const char *name_agent_reason(int reason);
const char *name_metadata_type(int type);
const char *name_memory_failure_recipient(int recipient);
const char *name_memory_failure_action(int action);
const char *name_network_lifecycle(int event);
const char *name_pool_lifecycle(int event);
const char *name_device_lifecycle(int event);
const char *name_secret_lifecycle(int event);
const char *name_close_reason(int reason);
