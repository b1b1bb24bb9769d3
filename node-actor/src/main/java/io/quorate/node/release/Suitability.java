package io.quorate.node.release;

import java.util.ArrayList;
import java.util.List;

/** Whether a release may take the place of the one that runs. Pure. */
public final class Suitability {
    private Suitability() {}

    /**
     * Everything that speaks against a refresh; the weightiest first, empty where nothing does.
     *
     * @param running what runs; one without a version in the form, as one under development, is replaced by anything
     * @param clusterLevel the cluster's feature level, 1 or more
     */
    public static List<ReleaseRefused> ofRefresh(Release running, ReleaseManifest next, int clusterLevel) {
        List<ReleaseRefused> against = new ArrayList<>();
        ReleaseVersion to = next.version();
        if (next.size() > ReleaseManifest.MAX_ARCHIVE_BYTES || next.unpacked() > ReleaseManifest.MAX_UNPACKED_BYTES) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_LARGE,
                    "release " + to + " has " + next.size() + " bytes, " + next.unpacked()
                            + " unpacked; a release has at most " + ReleaseManifest.MAX_ARCHIVE_BYTES + " and "
                            + ReleaseManifest.MAX_UNPACKED_BYTES));
        }
        if (running.version().equals(to.toString())) {
            against.add(new ReleaseRefused(ReleaseRefused.NOTHING_TO_DO, "release " + to + " runs already"));
        } else if (ReleaseVersion.isVersion(running.version())) {
            versions(ReleaseVersion.parse(running.version()), to, next.release().upgradesFrom(), against);
        }
        level(next.release(), clusterLevel, against);
        return List.copyOf(against);
    }

    private static void versions(
            ReleaseVersion from, ReleaseVersion to, ReleaseVersion upgradesFrom, List<ReleaseRefused> against) {
        if (to.compareTo(from) < 0) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_OLD,
                    "release " + to + " is older than " + from
                            + ", which runs; the only way back is to the previous one: `quorate revert`"));
        } else if (to.major() != from.major() || to.minor() > from.minor() + 1) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_NEW,
                    "release " + to + " leaves out a minor version after " + from
                            + ", which runs. Go one minor version at a time: first `quorate refresh --channel "
                            + from.major() + "." + (from.minor() + 1) + "`"));
        } else if (from.core().compareTo(upgradesFrom) < 0) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_NEW,
                    "release " + to + " can replace " + upgradesFrom + " or later, and " + from
                            + " runs. Refresh to one in between first: `quorate releases` lists them"));
        }
    }

    /**
     * What speaks against going back to the previous release; empty where nothing does.
     *
     * @param clusterLevel the cluster's feature level, 1 or more
     */
    public static List<ReleaseRefused> ofRevert(Release previous, int clusterLevel) {
        List<ReleaseRefused> against = new ArrayList<>();
        level(previous, clusterLevel, against);
        return List.copyOf(against);
    }

    private static void level(Release next, int clusterLevel, List<ReleaseRefused> against) {
        if (next.highestLevel() < clusterLevel) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_OLD,
                    "release " + next.version() + " can do feature level " + next.highestLevel()
                            + " at most, and the cluster has level " + clusterLevel
                            + " since its upgrade was finalized: the release cannot read what is written now"));
        } else if (next.lowestLevel() > clusterLevel) {
            against.add(new ReleaseRefused(
                    ReleaseRefused.TOO_NEW,
                    "release " + next.version() + " wants feature level " + next.lowestLevel()
                            + " or more, and the cluster has level " + clusterLevel
                            + ". Finalize the last upgrade first: `quorate upgrade finalize`"));
        }
    }
}
