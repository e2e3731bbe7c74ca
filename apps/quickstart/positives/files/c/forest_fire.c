/*
 * Forest fire on a grid, and how the density of trees decides its extent.
 *
 * Each cell is bare ground, a tree or burning. In one step every burning cell becomes bare and
 * every tree with a burning neighbour (north, south, east, west) catches fire. A given share of
 * cells carries trees at the start, and the whole western edge is lit. Report how many trees
 * survive for several densities, with a reproducible random generator.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ROWS 60
#define COLS 120

enum cell { BARE, TREE, FIRE };

struct forest {
    /* A frame of bare cells around the grid spares the neighbour checks. */
    unsigned char cell[ROWS + 2][COLS + 2];
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void plant(struct forest *f, unsigned percent, uint32_t seed)
{
    memset(f, BARE, sizeof *f);
    for (int r = 1; r <= ROWS; r++)
        for (int c = 1; c <= COLS; c++)
            if (next_random(&seed) % 100 < percent)
                f->cell[r][c] = TREE;
}

static int count(const struct forest *f, enum cell wanted)
{
    int total = 0;

    for (int r = 1; r <= ROWS; r++)
        for (int c = 1; c <= COLS; c++)
            total += f->cell[r][c] == wanted;
    return total;
}

static void ignite_west(struct forest *f)
{
    for (int r = 1; r <= ROWS; r++)
        if (f->cell[r][1] == TREE)
            f->cell[r][1] = FIRE;
}

static void step(const struct forest *now, struct forest *next)
{
    *next = *now;
    for (int r = 1; r <= ROWS; r++) {
        for (int c = 1; c <= COLS; c++) {
            int exposed = now->cell[r - 1][c] == FIRE || now->cell[r + 1][c] == FIRE ||
                          now->cell[r][c - 1] == FIRE || now->cell[r][c + 1] == FIRE;
            if (now->cell[r][c] == FIRE)
                next->cell[r][c] = BARE;
            else if (now->cell[r][c] == TREE && exposed)
                next->cell[r][c] = FIRE;
        }
    }
}

int main(void)
{
    static struct forest stages[2];

    puts("density  steps  surviving");
    for (unsigned percent = 40; percent <= 80; percent += 10) {
        int steps = 0, active = 0;
        plant(&stages[active], percent, 2463534242u);
        int planted = count(&stages[active], TREE);
        for (ignite_west(&stages[active]); count(&stages[active], FIRE) > 0; steps++) {
            step(&stages[active], &stages[1 - active]);
            active = 1 - active;
        }
        int left = count(&stages[active], TREE);
        printf("%6u%%  %5d  %8.1f%%\n", percent, steps, 100.0 * left / planted);
    }
    return 0;
}
