<?php

declare(strict_types=1);

/**
 * Arrange flat comment rows as threads.
 *
 * Comments come from the database in arbitrary order, each with an optional parent id. Build the
 * reply trees in linear time. Comments whose parent was deleted are shown at the top level, and
 * rows that form a loop (a sign of damaged data) are reported instead of being silently lost.
 * Threads are ordered by their latest activity, replies by their own time.
 */
final class Comment
{
    /** @var list<Comment> */
    public array $replies = [];

    public function __construct(
        public readonly int $id,
        public readonly ?int $parentId,
        public readonly string $text,
        public readonly int $time,
    ) {
    }

    public function latestActivity(): int
    {
        return max([$this->time, ...array_map(
            fn (Comment $reply): int => $reply->latestActivity(),
            $this->replies,
        )]);
    }

    public function size(): int
    {
        return 1 + array_sum(array_map(fn (Comment $reply): int => $reply->size(), $this->replies));
    }
}

/**
 * @param list<Comment> $comments
 * @return list<Comment> top-level comments with their replies attached
 */
function buildThreads(array $comments): array
{
    usort($comments, fn (Comment $a, Comment $b): int => $a->time <=> $b->time);
    $byId = array_column($comments, null, 'id');
    $roots = [];
    foreach ($comments as $comment) {
        $parent = $byId[$comment->parentId ?? 0] ?? null;
        if ($parent === null) {
            $roots[] = $comment;
        } else {
            $parent->replies[] = $comment;
        }
    }
    $reached = array_sum(array_map(fn (Comment $root): int => $root->size(), $roots));
    if ($reached < count($comments)) {
        throw new RuntimeException(count($comments) - $reached . ' comment(s) reply in a circle');
    }
    $activity = fn (Comment $root): array => [-$root->latestActivity(), $root->id];
    usort($roots, fn (Comment $a, Comment $b): int => $activity($a) <=> $activity($b));

    return $roots;
}

function printThread(Comment $comment, int $depth = 0): void
{
    echo str_repeat('  ', $depth), '- ', $comment->text, PHP_EOL;
    foreach ($comment->replies as $reply) {
        printThread($reply, $depth + 1);
    }
}

$threads = buildThreads([
    new Comment(4, 1, 'Try a lower heat.', 30),
    new Comment(1, null, 'My bread burns at the top.', 10),
    new Comment(2, null, 'Which flour do you use?', 20),
    new Comment(5, 4, 'That helped, thanks!', 50),
    new Comment(6, 99, 'Same here.', 40),
]);
array_walk($threads, fn (Comment $thread) => printThread($thread));
