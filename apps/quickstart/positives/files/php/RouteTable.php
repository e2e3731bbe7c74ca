<?php

declare(strict_types=1);

/**
 * Match request paths against route patterns.
 *
 * Patterns contain fixed segments and placeholders with an optional type, for instance
 * "/orders/{id:int}/lines/{line:int}" or "/pages/{slug}". When several patterns match, the one
 * whose leftmost differing segment is fixed wins. A path known only under other methods yields
 * a 405 with the allowed methods rather than a 404.
 */
final class RouteTable
{
    private const TYPES = ['int' => '\d+', 'slug' => '[a-z0-9-]+', 'any' => '[^/]+'];

    /** @var list<array{method: string, regex: string, rank: string, handler: callable}> */
    private array $routes = [];

    public function add(string $method, string $pattern, callable $handler): self
    {
        $regex = '';
        $rank = '';
        foreach (explode('/', trim($pattern, '/')) as $segment) {
            if (preg_match('/^\{(\w+)(?::(\w+))?\}$/', $segment, $match)) {
                $type = $match[2] ?? 'any';
                $class = self::TYPES[$type] ?? throw new LogicException("Unknown type '$type'");
                $regex .= "/(?<{$match[1]}>$class)";
                $rank .= $type === 'any' ? '2' : '1';
            } else {
                $regex .= '/' . preg_quote($segment, '#');
                $rank .= '0';
            }
        }
        $this->routes[] = [
            'method' => $method,
            'regex' => "#^$regex\$#",
            'rank' => $rank,
            'handler' => $handler,
        ];
        // Equal lengths compare digit by digit; fixed segments sort first.
        usort($this->routes, fn (array $a, array $b): int => strcmp($a['rank'], $b['rank']));

        return $this;
    }

    /** @return array{int, string} status code and response body */
    public function dispatch(string $method, string $path): array
    {
        $path = '/' . trim($path, '/');
        $allowed = [];
        foreach ($this->routes as $route) {
            if (!preg_match($route['regex'], $path, $match)) {
                continue;
            }
            if ($route['method'] !== $method) {
                $allowed[$route['method']] = true;
                continue;
            }
            $arguments = array_filter($match, is_string(...), ARRAY_FILTER_USE_KEY);

            return [200, ($route['handler'])(...$arguments)];
        }
        if ($allowed !== []) {
            return [405, 'Allowed: ' . implode(', ', array_keys($allowed))];
        }

        return [404, 'Nothing here'];
    }
}

$table = (new RouteTable())
    ->add('GET', '/orders/{id:int}', fn (string $id): string => "order $id")
    ->add('GET', '/orders/{view}', fn (string $view): string => "orders, $view view")
    ->add('GET', '/orders/new', fn (): string => 'empty order form')
    ->add('POST', '/orders', fn (): string => 'created');

foreach (['/orders/17', '/orders/new', '/orders/monthly/', '/orders', '/about'] as $path) {
    [$status, $body] = $table->dispatch('GET', $path);
    echo "$path: $status $body", PHP_EOL;
}
