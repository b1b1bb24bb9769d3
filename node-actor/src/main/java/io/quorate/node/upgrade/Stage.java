package io.quorate.node.upgrade;

import java.util.Locale;
import java.util.Optional;

/** What is done about one node, in this order. */
public enum Stage {
    /** No pod is placed there any more. */
    CORDON,
    /** Its pods go elsewhere, as far as disruption budgets let them. */
    DRAIN,
    /** Another leads. */
    HAND_OVER,
    /** It goes to the new release. */
    REFRESH,
    /** It goes back to the release before. */
    REVERT,
    /** It is watched, for the health window. */
    VERIFY,
    /** Pods are placed there again, and it counts. */
    UNCORDON;

    /** As it is written: {@code hand-over}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException when it is none */
    public static Stage of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The stage after this one, for a node that goes up, or back; none after the last. */
    public Optional<Stage> next(boolean back) {
        return switch (this) {
            case CORDON -> Optional.of(DRAIN);
            case DRAIN -> Optional.of(HAND_OVER);
            case HAND_OVER -> Optional.of(back ? REVERT : REFRESH);
            case REFRESH, REVERT -> Optional.of(VERIFY);
            case VERIFY -> Optional.of(UNCORDON);
            case UNCORDON -> Optional.empty();
        };
    }

    /** Whether the node may run the new release when this stage of going up fails. */
    boolean mayHaveChanged() {
        return this != CORDON && this != DRAIN && this != HAND_OVER;
    }
}
