/*
 * The values of a profile's lists: capabilities, system calls, address families, paths, features.
 * Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "config_profile_keys.h"
#include "profile.h"

/* Each adds one value to the list. Returns 0, or as config_refuse(). */
int config_add_capability(uint64_t *capabilities, const struct config_setting *setting,
                          struct config_problem *problem);
int config_add_syscall(struct text_list *list, const struct config_setting *setting,
                       struct config_problem *problem);
int config_add_family(struct family_list *list, const struct config_setting *setting,
                      struct config_problem *problem);
int config_add_path(struct text_list *list, const struct config_setting *setting,
                    struct config_problem *problem);

/* The same, and / for everything, which stands alone. */
int config_add_executable(struct text_list *list, const struct config_setting *setting,
                          struct config_problem *problem);

/* The name of a feature, to these bits. */
int config_add_feature(uint32_t *features, const struct config_setting *setting,
                       struct config_problem *problem);
