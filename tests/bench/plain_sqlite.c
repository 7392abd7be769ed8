/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inserts the rows of a store's index into a new database, as plainly as SQLite lets one: the same
 * tables and indexes, the same pragmas, prepared statements, and a transaction for as many
 * entries as a batch of the store has.  What is read from the store is read before the clock runs.
 *
 * usage: plain_sqlite INDEX NEW FROM COUNT BATCH
 *
 * NEW is made where it is not there, and else goes on.  Prints entries and rows, and for these the
 * seconds of wall time and of CPU time, and the bytes of the database.
 */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { TABLES = 6, COLUMNS_MAX = 32, TEXT_MAX = 1024 };

/* Those of which a put of a statement has rows; by what they are ordered. */
static const struct {
	const char *name, *order;
} tables[TABLES] = { { "entry", "number" },  { "subject", "entry, place" }, { "signer", "entry" },
		     { "package", "entry" }, { "vulnerability", "entry" },  { "leaf", "number" } };

struct table {
	sqlite3_stmt *read, *write;
	int columns, key;
	bool more; /* read stands at a row */
};

/* The rows of a batch, copied: a value after the other. */
struct rows {
	sqlite3_value **values;
	size_t count, cap;
};

static _Noreturn void die(const char *what, sqlite3 *db)
{
	(void)fprintf(stderr, "plain_sqlite: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static void run(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		die(text, db);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *format, ...)
{
	sqlite3_stmt *statement;
	char text[TEXT_MAX];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL))
		die(text, db);
	return statement;
}

static double now(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The tables and indexes of the store, as it says itself. */
static void make(sqlite3 *to, sqlite3 *from)
{
	sqlite3_stmt *list = prepare(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
					   "ORDER BY type DESC, name");

	while (sqlite3_step(list) == SQLITE_ROW)
		run(to, (const char *)sqlite3_column_text(list, 0));
	(void)sqlite3_finalize(list);
}

static void open_table(struct table *table, sqlite3 *from, sqlite3 *to, int which, int64_t first)
{
	const char *name = tables[which].name;
	const char *order = tables[which].order;
	char marks[COLUMNS_MAX * 2 + 1] = "";
	int width = (int)strcspn(order, ",");

	table->read = prepare(from, "SELECT * FROM %s WHERE %.*s >= %lld ORDER BY %s", name, width,
			      order, (long long)first, order);
	table->columns = sqlite3_column_count(table->read);
	for (int i = 0; i < table->columns && i < COLUMNS_MAX; i++) {
		(void)strcat(marks, i ? ",?" : "?");
		if (!strncmp(sqlite3_column_name(table->read, i), order, (size_t)width))
			table->key = i;
	}
	table->write = prepare(to, "INSERT INTO %s VALUES (%s)", name, marks);
	table->more = sqlite3_step(table->read) == SQLITE_ROW;
}

static void fetch(struct rows *rows, struct table *table, int64_t end)
{
	while (table->more && sqlite3_column_int64(table->read, table->key) < end) {
		if (rows->count + COLUMNS_MAX > rows->cap) {
			rows->cap = rows->cap * 2 + 1024;
			rows->values = realloc(rows->values, rows->cap * sizeof *rows->values);
			if (!rows->values)
				die("out of memory", NULL);
		}
		for (int i = 0; i < table->columns; i++)
			rows->values[rows->count++] =
				sqlite3_value_dup(sqlite3_column_value(table->read, i));
		table->more = sqlite3_step(table->read) == SQLITE_ROW;
	}
}

static size_t insert(sqlite3 *to, struct table *table, const struct rows *rows)
{
	size_t count = 0;

	for (size_t at = 0; at < rows->count; at += (size_t)table->columns, count++) {
		for (int i = 0; i < table->columns; i++)
			(void)sqlite3_bind_value(table->write, i + 1, rows->values[at + (size_t)i]);
		if (sqlite3_step(table->write) != SQLITE_DONE)
			die("a row", to);
		(void)sqlite3_reset(table->write);
	}
	return count;
}

static void forget(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		sqlite3_value_free(rows->values[i]);
	rows->count = 0;
}

static size_t copy_batch(sqlite3 *to, struct table *all, int64_t end, double *wall, double *cpu)
{
	static struct rows rows[TABLES];
	size_t count = 0;
	double start, used;

	for (int i = 0; i < TABLES; i++)
		fetch(&rows[i], &all[i], end);
	start = now(CLOCK_MONOTONIC);
	used = now(CLOCK_PROCESS_CPUTIME_ID);
	run(to, "BEGIN IMMEDIATE");
	for (int i = 0; i < TABLES; i++)
		count += insert(to, &all[i], &rows[i]);
	run(to, "COMMIT");
	*wall += now(CLOCK_MONOTONIC) - start;
	*cpu += now(CLOCK_PROCESS_CPUTIME_ID) - used;
	for (int i = 0; i < TABLES; i++)
		forget(&rows[i]);
	return count;
}

int main(int argc, char **argv)
{
	int64_t at = argc == 6 ? atoll(argv[3]) : 0;
	int64_t end = argc == 6 ? at + atoll(argv[4]) : 0;
	int64_t batch = argc == 6 ? atoll(argv[5]) : 0;
	struct table all[TABLES] = { 0 };
	double wall = 0, cpu = 0;
	size_t rows = 0;
	sqlite3 *from, *to;
	struct stat about;

	if (argc != 6 || batch < 1)
		die("want INDEX NEW FROM COUNT BATCH", NULL);
	if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL))
		die(argv[1], from);
	if (sqlite3_open(argv[2], &to))
		die(argv[2], to);
	/* Those of intoto/store/sql_sqlite.c. */
	run(to, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; "
		"PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=16384; "
		"PRAGMA journal_size_limit=67108864");
	if (!at)
		make(to, from);
	for (int i = 0; i < TABLES; i++)
		open_table(&all[i], from, to, i, at);
	for (int64_t first = at; first < end; first += batch)
		rows += copy_batch(to, all, first + batch < end ? first + batch : end, &wall, &cpu);
	for (int i = 0; i < TABLES; i++) {
		(void)sqlite3_finalize(all[i].read);
		(void)sqlite3_finalize(all[i].write);
	}
	(void)sqlite3_close(from);
	(void)sqlite3_close(to);
	(void)stat(argv[2], &about);
	(void)printf("%lld %zu %.3f %.3f %lld\n", (long long)(end - at), rows, wall, cpu,
		     (long long)about.st_size);
	return 0;
}
