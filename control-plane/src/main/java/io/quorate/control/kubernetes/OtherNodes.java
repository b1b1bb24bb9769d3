package io.quorate.control.kubernetes;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** How one node asks another what only that one can answer. */
public interface OtherNodes {
    /**
     * Asks as this node, which may look at everything; who asks this one has been let in before.
     *
     * @param apiAddress {@code host:port}
     * @param path with its query, encoded
     * @return its answer, as it comes; fails where it cannot be reached
     */
    CompletionStage<ApiAnswer> get(String apiAddress, String path);

    /**
     * Asks for whoever asked this one.
     *
     * @param apiAddress {@code host:port}
     * @param target path with its query, encoded
     * @return its answer, as it comes; fails with {@link NothingAsked} where it cannot be reached, and otherwise where it is not known what became of
     *     it
     */
    CompletionStage<ApiAnswer> send(String apiAddress, ApiRequest request, String target);

    /** A request has certainly not come to the other node. */
    final class NothingAsked extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NothingAsked(String apiAddress, Throwable cause) {
            super(apiAddress + " cannot be reached: " + cause, cause);
        }
    }

    /**
     * Connects to a pod of another node.
     *
     * @param apiAddress {@code host:port} of its node
     * @return what goes there and what comes back, for one use within some seconds; fails where nobody answers
     */
    CompletionStage<Flow<ByteString, ByteString, NotUsed>> pod(String apiAddress, String address, int port);

    /**
     * Asks as this node for a connection; who asks this one has been let in before, and may do what it asks for.
     *
     * @param apiAddress {@code host:port}
     * @param path with its query, encoded
     * @param protocol the web socket's
     * @return messages that go there and come back, for one use within some seconds; fails where it is refused, or nobody answers
     */
    CompletionStage<Flow<ByteString, ByteString, NotUsed>> connect(String apiAddress, String path, String protocol);
}
