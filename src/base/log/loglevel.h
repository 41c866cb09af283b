/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_LOGLEVEL_H
#define TLSD_BASE_LOG_LOGLEVEL_H

/* The levels and the formats of the log, and their words in the configuration. Pure functions, any
 * thread. */

enum log_level {
	LOG_LEVEL_ERROR, /* the server cannot do what it was told to */
	LOG_LEVEL_WARNING, /* it continues, but the administrator should look */
	LOG_LEVEL_NOTICE, /* start, reload, stop */
	LOG_LEVEL_INFO, /* one line for each connection */
	LOG_LEVEL_DEBUG
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Return the word for a level, as `log-level` takes it, and for a format; NULL after the last
 * one. */
const char *log_level_name(int level);
const char *log_format_name(int format);

#endif
