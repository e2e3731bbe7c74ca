/*
 * Delivery dates in working days.
 *
 * A supplier promises delivery "n working days after the order". Saturdays, Sundays and a list of
 * public holidays do not count. Dates are converted to a running day number, which makes weekday
 * arithmetic trivial, and back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct date {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

/* Days since 1 January of year 1, which was a Monday in the Gregorian calendar. */
static long day_number(struct date d)
{
    long past_years = d.year - 1;
    long days = past_years * 365 + past_years / 4 - past_years / 100 + past_years / 400;

    for (int month = 1; month < d.month; month++)
        days += month_length(d.year, month);
    return days + d.day - 1;
}

static struct date next_day(struct date d)
{
    if (d.day < month_length(d.year, d.month))
        return (struct date){d.year, d.month, d.day + 1};
    if (d.month < 12)
        return (struct date){d.year, d.month + 1, 1};
    return (struct date){d.year + 1, 1, 1};
}

static bool same_day(struct date a, struct date b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static bool is_working_day(struct date d, const struct date *holidays, size_t count)
{
    if (day_number(d) % 7 >= 5)
        return false;
    for (size_t i = 0; i < count; i++)
        if (same_day(d, holidays[i]))
            return false;
    return true;
}

static struct date add_working_days(struct date start, int days, const struct date *holidays,
                                    size_t count)
{
    while (days > 0) {
        start = next_day(start);
        if (is_working_day(start, holidays, count))
            days--;
    }
    return start;
}

int main(void)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const struct date holidays[] = {{2024, 12, 25}, {2024, 12, 26}, {2025, 1, 1}};
    const struct date ordered = {2024, 12, 23};

    for (int days = 1; days <= 7; days += 2) {
        struct date due = add_working_days(ordered, days, holidays, 3);
        printf("%d working day(s): %s %04d-%02d-%02d\n", days, names[day_number(due) % 7],
               due.year, due.month, due.day);
    }
    return 0;
}
