package io.quorate.node.role;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a control-plane node is in the datastore. */
public enum Role {
    /** Replicates, votes, can lead. */
    VOTER,
    /** Replicates, does not vote, ready to step in. */
    STANDBY,
    /** Neither: holds no copy, reads and writes through the others. */
    SPARE;

    /** The role that a word names; none for any other word. */
    public static Optional<Role> of(String word) {
        return Stream.of(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /** Lower case, as it is stored and printed. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
