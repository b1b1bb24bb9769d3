package io.quorate.control.kubernetes;

import io.quorate.node.workload.LogCursor;
import io.quorate.node.workload.PodRuntime;
import io.quorate.node.workload.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A container as somebody attends to it: what it says from now on, both its outputs as one, until it ends. It has no input, and goes on when nobody listens.
 */
final class AttendedLog implements RunningCommand {
    private final PodRuntime runtime;
    private final LogCursor cursor;
    private volatile @Nullable CompletableFuture<Void> waiting;
    private volatile boolean abandoned;

    AttendedLog(PodRuntime runtime, LogCursor cursor) {
        this.runtime = runtime;
        this.cursor = cursor;
    }

    @Override
    public OutputStream input() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream output() {
        return new Said();
    }

    @Override
    public InputStream errors() {
        return InputStream.nullInputStream();
    }

    @Override
    public void resize(int columns, int rows) {
        // it has no terminal
    }

    @Override
    public int await() {
        return 0;
    }

    @Override
    public void abandon() {
        abandoned = true;
        CompletableFuture<Void> open = waiting;
        if (open != null) {
            open.cancel(false);
        }
    }

    private final class Said extends InputStream {
        private byte[] bytes = new byte[0];
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (at == bytes.length && !more()) {
                return -1;
            }
            int count = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, to, offset, count);
            at += count;
            return count;
        }

        private boolean more() throws IOException {
            at = 0;
            bytes = cursor.next();
            while (bytes.length == 0 && !abandoned) {
                Optional<CompletableFuture<Void>> news = runtime.afterLog(cursor);
                waiting = news.orElse(null);
                bytes = cursor.next(); // what came between
                if (bytes.length > 0 || news.isEmpty() || abandoned) {
                    news.ifPresent(each -> each.cancel(false));
                    break;
                }
                await(news.get());
                bytes = cursor.next();
            }
            return bytes.length > 0;
        }

        private void await(CompletableFuture<Void> news) throws IOException {
            try {
                news.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException | CancellationException e) {
                abandoned = true;
            }
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }
}
