/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_STORY_H
#define TLSD_CLIENT_STORY_H

/* What a trace means, in sentences. A pure function. */

struct stringlist;
struct trace;

/* Adds what is worth telling of the finished trace, a line of at most 76 characters each:
 * the round trips and what they were spent on, first. */
void story_tell(const struct trace *trace, struct stringlist *lines);

#endif
