package io.quorate.control.kv;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.Origin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.OptionalLong;
import org.pcollections.AmortizedPQueue;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The latest commands that had an id, and what they came to: one that is sent again gets the answer that was lost. Immutable. Holds {@value
 * #MAX} of all askers together, some 10 MB: the last four seconds of the most that a cluster writes, and far more of what commands usually are.
 */
public final class AnsweredCommands {
    static final int MAX = 65_536;

    static final AnsweredCommands NONE = new AnsweredCommands(HashTreePMap.empty(), AmortizedPQueue.empty());

    /** Begin of a SHA-256 over asker and id: a quarter of the memory of the two texts. */
    private record Name(long first, long second) {
        static Name of(Origin origin) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(origin.by().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                ByteReader hash =
                        new ByteReader(digest.digest(origin.commandId().getBytes(StandardCharsets.UTF_8)));
                return new Name(hash.i64(), hash.i64());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    private final HashPMap<Name, Long> revisions;
    private final AmortizedPQueue<Name> oldestFirst;

    private AnsweredCommands(HashPMap<Name, Long> revisions, AmortizedPQueue<Name> oldestFirst) {
        this.revisions = revisions;
        this.oldestFirst = oldestFirst;
    }

    /** The revision that a command was answered with; empty where it has no id, or is not known. */
    OptionalLong revision(Origin origin) {
        Long revision = origin.commandId().isEmpty() ? null : revisions.get(Name.of(origin));
        return revision == null ? OptionalLong.empty() : OptionalLong.of(revision);
    }

    /** With one more, and without the oldest where there are too many. */
    AnsweredCommands with(Origin origin, long revision) {
        if (origin.commandId().isEmpty()) {
            return this;
        }
        Name name = Name.of(origin);
        if (revisions.containsKey(name)) {
            return new AnsweredCommands(revisions.plus(name, revision), oldestFirst);
        }
        HashPMap<Name, Long> more = revisions.plus(name, revision);
        AmortizedPQueue<Name> queue = oldestFirst.plus(name);
        return more.size() <= MAX
                ? new AnsweredCommands(more, queue)
                : new AnsweredCommands(more.minus(queue.peek()), queue.minus());
    }
}
