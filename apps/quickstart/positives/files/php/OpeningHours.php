<?php

declare(strict_types=1);

/**
 * Tell customers whether a shop is open and, if not, when it opens next.
 *
 * Regular hours are given per weekday as "09:00-12:30, 14:00-18:00". A span such as "18:00-02:00"
 * runs past midnight. Single dates can override the regular hours, with an empty string for a
 * day on which the shop stays closed.
 */
final class OpeningHours
{
    private const LOOKAHEAD_DAYS = 60;

    /**
     * @param array<string, string> $regular hours by weekday: Mon, Tue, ...
     * @param array<string, string> $special hours by date: 2024-12-24
     */
    public function __construct(private array $regular, private array $special = [])
    {
    }

    public function isOpen(DateTimeImmutable $moment): bool
    {
        // A span that began yesterday may still be running.
        foreach ([$moment->modify('-1 day'), $moment] as $day) {
            foreach ($this->spansOn($day) as [$opens, $closes]) {
                if ($moment >= $opens && $moment < $closes) {
                    return true;
                }
            }
        }

        return false;
    }

    /** First moment, at or after the given one, at which the shop is open; null if none is near. */
    public function nextOpening(DateTimeImmutable $from): ?DateTimeImmutable
    {
        if ($this->isOpen($from)) {
            return $from;
        }
        for ($ahead = 0; $ahead <= self::LOOKAHEAD_DAYS; $ahead++) {
            foreach ($this->spansOn($from->modify("+$ahead days")) as [$opens]) {
                if ($opens > $from) {
                    return $opens;
                }
            }
        }

        return null;
    }

    /** @return list<array{DateTimeImmutable, DateTimeImmutable}> spans starting on that day */
    private function spansOn(DateTimeImmutable $day): array
    {
        $hours = $this->special[$day->format('Y-m-d')] ?? $this->regular[$day->format('D')] ?? '';
        $spans = [];
        foreach (array_filter(array_map('trim', explode(',', $hours))) as $span) {
            if (!preg_match('/^(\d\d):(\d\d)-(\d\d):(\d\d)$/', $span, $part)) {
                throw new UnexpectedValueException("Cannot read hours '$span'");
            }
            $opens = $day->setTime((int) $part[1], (int) $part[2]);
            $closes = $day->setTime((int) $part[3], (int) $part[4]);
            $spans[] = [$opens, $closes > $opens ? $closes : $closes->modify('+1 day')];
        }
        sort($spans);

        return $spans;
    }
}

$bar = new OpeningHours(
    ['Thu' => '17:00-23:00', 'Fri' => '12:00-14:00, 18:00-02:00', 'Sat' => '18:00-02:00'],
    ['2024-05-11' => ''],
);
foreach (['2024-05-10 13:00', '2024-05-11 01:30', '2024-05-11 20:00'] as $text) {
    $moment = new DateTimeImmutable($text, new DateTimeZone('UTC'));
    $next = $bar->nextOpening($moment)?->format('D d M H:i') ?? 'not soon';
    echo $text, ' ', $bar->isOpen($moment) ? 'open' : "closed, opens $next", PHP_EOL;
}
