package io.quorate.control.cli;

import io.quorate.node.fault.Failpoints;
import io.quorate.node.release.ProcessImage;
import io.quorate.node.release.ReleaseSettings;
import io.quorate.node.release.Switching;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a node's process has to do with its release: it confirms it, and becomes another one. */
final class ReleaseProcess {
    /** Set by the launcher that was started, not by the one of the release it went to. */
    private static final String BASE = "QUORATE_BASE";

    private static final String DELEGATED = "QUORATE_DELEGATED";
    private static final long LOOK_AGAIN_MILLIS = 250;

    private ReleaseProcess() {}

    static Switching switching(Path folder, String name, Failpoints failpoints, Runnable restart) {
        return Switching.of(
                folder,
                ReleaseSettings.of(StartCommand.settingsOf(folder)),
                name,
                base().map(script -> script.getParent().getParent()),
                failpoints,
                restart);
    }

    private static Optional<Path> base() {
        return Optional.ofNullable(System.getenv(BASE)).map(Path::of);
    }

    /**
     * Goes on when the node serves and has caught up, as {@code /readyz} has it; where it has lost its quorum that may be never.
     *
     * @param stopped ends the wait
     */
    static void whenReady(Supplier<CompletionStage<Boolean>> ready, CountDownLatch stopped, Runnable next) {
        Thread.ofPlatform().daemon().name("quorate-ready").start(() -> {
            try {
                while (!ready.get().toCompletableFuture().join()) {
                    if (stopped.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
                next.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                org.slf4j.LoggerFactory.getLogger(ReleaseProcess.class).error("this release could not be confirmed", e);
            }
        });
    }

    /** Becomes what the launcher starts now, in this process; where that cannot be, says with which code to end. */
    static int become(List<String> arguments, PrintWriter err) {
        try {
            Path launcher = base().orElseThrow(() -> new IOException("it was not started by bin/quorate"));
            ProcessImage.become(launcher, arguments, List.of(DELEGATED));
            return ExitCode.START_AGAIN;
        } catch (IOException e) {
            err.println("quorate stops: its release has changed, and is to be started again: " + e.getMessage());
            return ExitCode.START_AGAIN;
        }
    }
}
