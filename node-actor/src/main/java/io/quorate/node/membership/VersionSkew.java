package io.quorate.node.membership;

import io.quorate.node.contract.MembershipMessage.Refused;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether nodes of two releases may work together: they may be one minor version apart. Pure. */
public final class VersionSkew {
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\..*)?");

    private VersionSkew() {}

    /**
     * Why not, if not. A release that has no number, as one under development has none, is let in.
     *
     * @param here the member's
     * @param there the joining node's
     */
    public static Optional<Refused> refusal(String here, String there) {
        Matcher ours = RELEASE.matcher(here);
        Matcher theirs = RELEASE.matcher(there);
        if (!ours.matches() || !theirs.matches()) {
            return Optional.empty();
        }
        boolean sameMajor = ours.group(1).equals(theirs.group(1));
        int apart = Math.abs(Integer.parseInt(ours.group(2)) - Integer.parseInt(theirs.group(2)));
        return sameMajor && apart <= 1
                ? Optional.empty()
                : Optional.of(new Refused(
                        "version-skew",
                        "the joining node runs release " + there + " and this cluster " + here
                                + "; they may be one minor version apart. Install a release that fits on the joining node;"
                                + " the token is not spent"));
    }
}
