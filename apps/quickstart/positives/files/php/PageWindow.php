<?php

declare(strict_types=1);

/**
 * Compute the page links shown below a long result list.
 *
 * The first and last page are always linked, together with a few neighbours of the current page.
 * Skipped pages are shown as a gap, but a gap that would hide only one page shows that page
 * instead. Requests for pages beyond the end are moved to the last page.
 */
final class PageWindow
{
    public readonly int $pageCount;
    public readonly int $current;

    public function __construct(
        private int $itemCount,
        private int $perPage,
        int $requestedPage,
        private int $neighbours = 2,
    ) {
        if ($itemCount < 0 || $perPage < 1 || $neighbours < 0) {
            throw new InvalidArgumentException('Counts must not be negative');
        }
        $this->pageCount = max(1, intdiv($itemCount + $perPage - 1, $perPage));
        $this->current = min(max(1, $requestedPage), $this->pageCount);
    }

    public function offset(): int
    {
        return ($this->current - 1) * $this->perPage;
    }

    /** Describes the visible items, for example "21-40 of 95". */
    public function caption(): string
    {
        if ($this->itemCount === 0) {
            return 'no results';
        }
        $last = min($this->offset() + $this->perPage, $this->itemCount);

        return sprintf('%d-%d of %d', $this->offset() + 1, $last, $this->itemCount);
    }

    /** @return list<int|null> page numbers in order; null stands for a gap */
    public function links(): array
    {
        $shown = [1, $this->pageCount];
        for ($step = -$this->neighbours; $step <= $this->neighbours; $step++) {
            $shown[] = min(max(1, $this->current + $step), $this->pageCount);
        }
        $shown = array_unique($shown);
        sort($shown);

        $links = [];
        $previous = 0;
        foreach ($shown as $page) {
            $hidden = $page - $previous - 1;
            if ($hidden === 1) {
                $links[] = $page - 1;
            } elseif ($hidden > 1) {
                $links[] = null;
            }
            $links[] = $page;
            $previous = $page;
        }

        return $links;
    }
}

foreach ([[95, 1], [500, 5], [500, 13], [0, 4], [1000, 400]] as [$items, $page]) {
    $window = new PageWindow($items, perPage: 20, requestedPage: $page);
    $labels = array_map(
        fn (?int $number): string => match ($number) {
            null => '...',
            $window->current => "[$number]",
            default => (string) $number,
        },
        $window->links(),
    );
    echo implode(' ', $labels), '   ', $window->caption(), PHP_EOL;
}
