<?php

declare(strict_types=1);

/**
 * Summarise a web access log by route.
 *
 * Log lines carry a method, a path, a status and the response time in milliseconds. Numeric path
 * segments are replaced by "#", so that /users/17 and /users/42 count as one route. For each
 * route print the number of hits, the share of server errors and the median and 95th percentile
 * of the response time. Lines are read through a generator, which keeps large files out of memory.
 */

/** @return Generator<int, array{route: string, status: int, millis: float}> */
function readHits(iterable $lines): Generator
{
    foreach ($lines as $line) {
        if (preg_match('~^(GET|POST|PUT|DELETE) (/\S*) (\d{3}) ([\d.]+)ms$~', trim($line), $m)) {
            $path = preg_replace('~/\d+(?=/|$)~', '/#', strtok($m[2], '?'));
            yield ['route' => "$m[1] $path", 'status' => (int) $m[3], 'millis' => (float) $m[4]];
        }
    }
}

final class RouteStats
{
    /** @var list<float> */
    private array $millis = [];
    private int $errors = 0;

    public function add(int $status, float $millis): void
    {
        $this->millis[] = $millis;
        $this->errors += $status >= 500 ? 1 : 0;
    }

    public function hits(): int
    {
        return count($this->millis);
    }

    public function errorShare(): float
    {
        return $this->errors / max(1, $this->hits());
    }

    /** Linear interpolation between the two nearest ranks. */
    public function percentile(float $percent): float
    {
        sort($this->millis);
        $position = $percent / 100 * ($this->hits() - 1);
        $low = (int) floor($position);
        $high = (int) ceil($position);

        return $this->millis[$low]
            + ($position - $low) * ($this->millis[$high] - $this->millis[$low]);
    }
}

/** @return array<string, RouteStats> busiest route first */
function collect(iterable $lines): array
{
    $routes = [];
    foreach (readHits($lines) as $hit) {
        $routes[$hit['route']] ??= new RouteStats();
        $routes[$hit['route']]->add($hit['status'], $hit['millis']);
    }
    uasort($routes, fn (RouteStats $a, RouteStats $b): int => $b->hits() <=> $a->hits());

    return $routes;
}

$sample = [
    'GET /users/17 200 12.5ms', 'GET /users/42?full=1 200 40ms', 'GET /users/9 503 900ms',
    'POST /login 200 80ms', 'truncated li', 'GET /users/17/posts/3 200 22ms',
];
printf("%-22s %5s %7s %9s %9s\n", 'route', 'hits', 'errors', 'median', 'p95');
foreach (collect($sample) as $route => $stats) {
    printf(
        "%-22s %5d %6.1f%% %7.1fms %7.1fms\n",
        $route,
        $stats->hits(),
        100 * $stats->errorShare(),
        $stats->percentile(50),
        $stats->percentile(95),
    );
}
