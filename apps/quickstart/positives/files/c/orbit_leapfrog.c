/*
 * Orbit of a small satellite around a planet.
 *
 * Integrate the motion with the leapfrog scheme (kick, drift, kick). It is only second order but
 * conserves energy over long times, so the drift of the total energy tells whether the chosen
 * step is small enough. Report the lowest and highest point of the orbit and that drift.
 */
#include <math.h>
#include <stdio.h>

#define MU 398600.4418 /* gravitational parameter in km^3 / s^2 */
#define PLANET_RADIUS 6371.0

struct state {
    double x, y;   /* km */
    double vx, vy; /* km / s */
};

struct summary {
    double lowest;  /* altitude in km */
    double highest; /* altitude in km */
    double drift;   /* largest relative error of the energy */
};

static double radius(const struct state *s)
{
    return hypot(s->x, s->y);
}

static double energy(const struct state *s)
{
    return 0.5 * (s->vx * s->vx + s->vy * s->vy) - MU / radius(s);
}

static void kick(struct state *s, double dt)
{
    double r = radius(s);
    double pull = -MU / (r * r * r);

    s->vx += dt * pull * s->x;
    s->vy += dt * pull * s->y;
}

static void drift(struct state *s, double dt)
{
    s->x += dt * s->vx;
    s->y += dt * s->vy;
}

static struct summary fly(struct state s, double seconds, double dt)
{
    double start_energy = energy(&s);
    double start_altitude = radius(&s) - PLANET_RADIUS;
    struct summary result = {start_altitude, start_altitude, 0.0};
    long steps = lround(seconds / dt);

    for (long i = 0; i < steps; i++) {
        kick(&s, dt / 2);
        drift(&s, dt);
        kick(&s, dt / 2);

        double altitude = radius(&s) - PLANET_RADIUS;
        double error = fabs((energy(&s) - start_energy) / start_energy);
        result.lowest = fmin(result.lowest, altitude);
        result.highest = fmax(result.highest, altitude);
        result.drift = fmax(result.drift, error);
    }
    return result;
}

int main(void)
{
    const struct state launch = {PLANET_RADIUS + 500.0, 0.0, 0.0, 8.2};
    const double one_day = 24 * 3600.0;

    for (double dt = 60.0; dt >= 1.0; dt /= 4) {
        struct summary s = fly(launch, one_day, dt);
        printf("dt %6.2f s: %6.1f to %6.1f km, energy error %.1e\n", dt, s.lowest, s.highest,
               s.drift);
    }
    return 0;
}
