package io.quorate.simulations.scale;

/**
 * What one node had to do in a time.
 *
 * @param nanos virtual length of that time
 * @param received messages that were sent to it: questions, answers, frames of the log
 * @param sent messages that it sent
 * @param receivedBytes their content, without what a connection puts around it
 * @param busiestSecond most messages received in one second of the clock
 * @param looks how often it looked at the whole cluster, to see whether a role has to change
 * @param cpuNanos time of a real processor
 */
public record Load(
        long nanos,
        long received,
        long sent,
        long receivedBytes,
        long sentBytes,
        long busiestSecond,
        long looks,
        long cpuNanos) {

    private double perSecond(double number) {
        return number * 1e9 / nanos;
    }

    public double receivedPerSecond() {
        return perSecond(received);
    }

    public double sentPerSecond() {
        return perSecond(sent);
    }

    public double receivedBytesPerSecond() {
        return perSecond(receivedBytes);
    }

    public double sentBytesPerSecond() {
        return perSecond(sentBytes);
    }

    public double looksPerSecond() {
        return perSecond(looks);
    }

    /** Milliseconds of a processor for each virtual second. */
    public double cpuMillisPerSecond() {
        return perSecond(cpuNanos / 1e6);
    }
}
