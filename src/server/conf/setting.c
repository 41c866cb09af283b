/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of configuration keys. */
#include "server/conf/setting.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "tls/keys/token.h"

static char *
format_duration(int64_t ms)
{
	static const struct {
		int64_t factor;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" },
		{ 1000, "s" }, { 1, "ms" } };
	size_t i = 0;

	if (ms == 0)
		return memory_copy("0");
	while (ms % units[i].factor != 0)
		i++;
	return memory_format("%" PRId64 "%s", ms / units[i].factor, units[i].unit);
}

static char *
format_size(int64_t bytes)
{
	static const char *const units[] = { "", "k", "m", "g" };
	int i = 0;

	while (i < 3 && bytes >= 1024 && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	return memory_format("%" PRId64 "%s", bytes, units[i]);
}

static char *
format_number(int64_t number)
{
	return memory_format("%" PRId64, number);
}

static int
parse_mode(const char *text, int64_t *mode)
{
	size_t length = strlen(text);

	if (length < 3 || length > 4 || strspn(text, "01234567") != length)
		return -1;
	*mode = strtol(text, NULL, 8);
	return 0;
}

static char *
format_mode(int64_t mode)
{
	return memory_format("%04" PRIo64, (uint64_t)mode);
}

/* The reader, the writer and the name of each kind of number. */
static const struct {
	const char *noun;
	int (*parse)(const char *text, int64_t *value);
	char *(*format)(int64_t value);
} numbers[] = {
	[SETTING_NUMBER] = { "a whole number", NULL, format_number },
	[SETTING_SIZE] = { "a size such as 64k or 1m", text_parse_size, format_size },
	[SETTING_DURATION] = { "a time such as 500ms, 30s, 5m or 2h",
	    text_parse_duration, format_duration },
	[SETTING_MODE] = { "a mode in octal, such as 0660,", parse_mode, format_mode },
};

static char *
parse_number(const struct setting *setting, const char *text, int64_t *field)
{
	int64_t value;
	int result = setting->type == SETTING_NUMBER
	                 ? text_parse_number(text, INT64_MIN, INT64_MAX, &value)
	                 : numbers[setting->type].parse(text, &value);

	if (result == 0 && value >= setting->min && value <= setting->max) {
		*field = value;
		return NULL;
	}
	if (result < 0 && setting->max == INT64_MAX)
		return memory_copy(numbers[setting->type].noun);
	char *min = numbers[setting->type].format(setting->min);
	char *max = numbers[setting->type].format(setting->max);
	char *wanted = result < 0 ? memory_format("%s in %s-%s",
					numbers[setting->type].noun, min, max)
	                          : memory_format("in %s-%s", min, max);
	free(min);
	free(max);
	return wanted;
}

static char *
parse_choice(const struct setting *setting, const char *text, int *field)
{
	char *wanted = memory_copy("one of");

	for (int i = 0; setting->choice(i) != NULL; i++) {
		const char *name = setting->choice(i);
		if (strcmp(name, text) == 0) {
			*field = i;
			free(wanted);
			return NULL;
		}
		memory_append(&wanted, " %s", name);
	}
	return wanted;
}

static char *
make_absolute(const char *path, const char *folder)
{
	if (path[0] == '/' || path[0] == '\0' || folder == NULL || token_is_url(path))
		return memory_copy(path);
	return memory_format("%s/%s", folder, path);
}

static char *
parse_list(enum setting_type type, const char *text, const char *folder,
    struct stringlist *list)
{
	struct stringlist parts = { 0 };
	const char *wrong = stringlist_split(&parts, text);

	for (size_t i = 0; i < parts.count; i++) {
		char *part = type == SETTING_PATHS
		                 ? make_absolute(parts.items[i], folder)
		                 : memory_copy(parts.items[i]);
		stringlist_add(list, part, strlen(part));
		free(part);
	}
	stringlist_fini(&parts);
	return wrong != NULL ? memory_copy(wrong) : NULL;
}

/* Returns NULL, or a description of the right form. */
static char *
parse_one(
    const struct setting *setting, const char *text, const char *folder, void *field)
{
	switch (setting->type) {
	case SETTING_NUMBER:
	case SETTING_SIZE:
	case SETTING_DURATION:
	case SETTING_MODE:
		return parse_number(setting, text, field);
	case SETTING_BOOL:
		return text_parse_bool(text, field) < 0 ? memory_copy("yes or no")
		                                        : NULL;
	case SETTING_CHOICE:
		return parse_choice(setting, text, field);
	case SETTING_TEXT:
	case SETTING_PATH:
		free(*(char **)field);
		*(char **)field = setting->type == SETTING_PATH
		                      ? make_absolute(text, folder)
		                      : memory_copy(text);
		return NULL;
	default:
		return NULL;
	}
}

char *
setting_parse(
    const struct setting *setting, const char *text, const char *folder, void *field)
{
	if (setting->type == SETTING_LIST || setting->type == SETTING_PATHS)
		return parse_list(setting->type, text, folder, field);
	char *wanted = parse_one(setting, text, folder, field);
	char *wrong =
	    wanted != NULL ? memory_format("\"%s\" is not %s", text, wanted) : NULL;
	free(wanted);
	return wrong;
}

void
setting_clear(const struct setting *setting, void *field)
{
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_PATH:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case SETTING_LIST:
	case SETTING_PATHS:
		stringlist_fini(field);
		break;
	default:
		break;
	}
}

void
setting_copy(const struct setting *setting, const void *from, void *to)
{
	switch (setting->type) {
	case SETTING_NUMBER:
	case SETTING_SIZE:
	case SETTING_DURATION:
	case SETTING_MODE:
		*(int64_t *)to = *(const int64_t *)from;
		break;
	case SETTING_BOOL:
		*(bool *)to = *(const bool *)from;
		break;
	case SETTING_CHOICE:
		*(int *)to = *(const int *)from;
		break;
	case SETTING_TEXT:
	case SETTING_PATH:
		*(char **)to = memory_copy(*(char *const *)from);
		break;
	case SETTING_LIST:
	case SETTING_PATHS:
		stringlist_copy(to, from);
		break;
	}
}

char *
setting_format(const struct setting *setting, const void *field)
{
	switch (setting->type) {
	case SETTING_NUMBER:
	case SETTING_SIZE:
	case SETTING_DURATION:
	case SETTING_MODE:
		return numbers[setting->type].format(*(const int64_t *)field);
	case SETTING_BOOL:
		return memory_copy(*(const bool *)field ? "yes" : "no");
	case SETTING_CHOICE:
		return memory_copy(setting->choice(*(const int *)field));
	case SETTING_TEXT:
	case SETTING_PATH:
		return memory_copy(*(char *const *)field);
	case SETTING_LIST:
	case SETTING_PATHS:
		return stringlist_join(field);
	}
	return memory_copy("");
}
