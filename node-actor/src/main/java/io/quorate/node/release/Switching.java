package io.quorate.node.release;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.FolderException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node's releases: one order at a time, on a thread of its own. What an order has come to is in the data folder at each step, so
 * an order that is cut off goes on when the node is ready again. Any thread.
 */
public final class Switching implements ReleaseSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(Switching.class);

    private final ReleaseFolder folder;
    private final Release running;
    private final Refresh refresh;
    private final Failpoints failpoints;
    private final String node;
    private final Runnable restart;
    private volatile String progress = "";
    private volatile boolean restarting;
    private boolean working;

    private Switching(
            ReleaseFolder folder,
            Release running,
            Refresh refresh,
            Failpoints failpoints,
            String node,
            Runnable restart) {
        this.folder = folder;
        this.running = running;
        this.refresh = refresh;
        this.failpoints = failpoints;
        this.node = node;
        this.restart = restart;
    }

    /**
     * Changes nothing before it is {@link #ready} or asked to.
     *
     * @param base the distribution whose launcher counts the tries, if it is known
     * @param restart asked to stop the node in good order and to start what {@code current} is then; returns at once
     */
    public static Switching of(
            Path dataFolder,
            ReleaseSettings settings,
            String node,
            Optional<Path> base,
            Failpoints failpoints,
            Runnable restart) {
        ReleaseFolder folder = new ReleaseFolder(dataFolder);
        Release running = Release.running();
        Optional<Path> home = Release.ownHome();
        Refresh refresh = new Refresh(folder, running, home, base.or(() -> home), settings, failpoints, node);
        return new Switching(folder, running, refresh, failpoints, node, restart);
    }

    /**
     * Before anything of the cluster's data is opened.
     *
     * @throws FolderException when this release cannot read what the cluster writes since its last upgrade
     */
    public void checkLevel() {
        int level = folder.state().clusterLevel();
        if (!running.canDo(level)) {
            throw new FolderException(running.unable(level));
        }
    }

    /** The release of this process. */
    public Release running() {
        return running;
    }

    /** This node serves, and has caught up: what is under trial has passed it, and what was cut off goes on. */
    public void ready() {
        failpoints.reached(Failpoint.RELEASE_TRIED, node);
        ReleaseState state = folder.update(this::withFallBack);
        if (state.state().equals(ReleaseReport.FELL_BACK)
                && running.version().equals(state.order().version())) {
            LOG.warn("release {} is ready, but its trial was given up: {}", running.version(), state.detail());
            restart.run();
            return;
        }
        boolean arrived = running.version().equals(state.order().version());
        if (state.state().equals(ReleaseReport.RESTARTING) && arrived) {
            if (!folder.confirm() && folder.isFalling()) {
                return;
            }
            String from = state.previous();
            folder.update(s -> s.with(ReleaseReport.DONE, "release " + running.version() + " runs, after " + from));
            LOG.info("release {} is confirmed; before it ran {}", running.version(), from);
            refresh.prune();
        } else if (state.state().equals(ReleaseReport.RESTARTING)
                || state.state().equals(ReleaseReport.FETCHING)) {
            LOG.info(
                    "the change to release {} was cut off, and goes on",
                    state.order().version());
            folder.update(s -> s.undone(ReleaseReport.FETCHING, ""));
            work(state.order());
        }
    }

    /** With what the launcher has done meanwhile. */
    private ReleaseState withFallBack(ReleaseState state) {
        return restarting || !state.state().equals(ReleaseReport.RESTARTING)
                ? state
                : folder.fellBack(state.order().id())
                        .map(reason -> state.undone(ReleaseReport.FELL_BACK, reason))
                        .orElse(state);
    }

    @Override
    public ReleaseReport report() {
        return report(folder.state());
    }

    private ReleaseReport report(ReleaseState stored) {
        ReleaseState state = withFallBack(stored);
        String word = state.state();
        if (word.equals(ReleaseReport.RESTARTING) && !restarting) {
            word = ReleaseReport.TRIAL;
        }
        return new ReleaseReport(
                state.order().id(),
                running.version(),
                state.previous(),
                word,
                word.equals(ReleaseReport.FETCHING) ? progress : state.detail(),
                running.lowestLevel(),
                running.highestLevel());
    }

    @Override
    public synchronized ReleaseReport carryOut(ReleaseOrder order) {
        ReleaseState state = folder.state();
        boolean known = state.order().id().equals(order.id());
        boolean busy =
                state.state().equals(ReleaseReport.FETCHING) || state.state().equals(ReleaseReport.RESTARTING);
        if (known || busy) {
            return report(state); // of the other order, where that is under way
        }
        ReleaseState begun = folder.update(s -> s.begun(order));
        work(order);
        return report(begun);
    }

    private synchronized void work(ReleaseOrder order) {
        if (working) {
            return;
        }
        working = true;
        progress = order.revert() ? "going back" : "fetching " + order.version();
        Thread.ofPlatform().name("quorate-release").start(() -> carryOutSteps(order));
    }

    private void carryOutSteps(ReleaseOrder order) {
        try {
            refresh.prepare(order, words -> progress = words);
            restarting = true;
            refresh.turn(order);
            restart.run();
        } catch (ReleaseRefused e) {
            LOG.info("release {} is refused, {}: {}", order.version(), e.kind(), e.getMessage());
            end(ReleaseReport.REFUSED, e.kind() + ": " + e.getMessage());
        } catch (FolderException e) {
            LOG.warn("release {} could not be taken: {}", order.version(), e.getMessage());
            end(ReleaseReport.FAILED, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("release {} could not be taken", order.version(), e);
            end(ReleaseReport.FAILED, e.toString());
        }
    }

    private synchronized void end(String state, String detail) {
        restarting = false;
        working = false;
        try {
            folder.update(s -> s.undone(state, detail));
        } catch (FolderException e) {
            LOG.error("what became of the release could not be stored: {}", e.getMessage());
        }
    }

    @Override
    public ReleaseOffer offer(String source, String channel) {
        return refresh.offer(source, channel);
    }

    @Override
    public ReleaseOffer offerOf(String source, String version) {
        return refresh.offerOf(source, ReleaseVersion.parse(version));
    }

    @Override
    public void follow(String channel) {
        refresh.follow(Channel.parse(channel));
    }

    /** This node is stopped in good order: where it is under trial, the launcher is not to start it again. */
    public void stopped() {
        folder.stopped();
    }

    @Override
    public void clusterLevel(int level) {
        folder.update(state -> state.at(level));
    }
}
