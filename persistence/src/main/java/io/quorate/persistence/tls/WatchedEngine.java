package io.quorate.persistence.tls;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An engine that tells when its connection is refused, which servers keep to themselves otherwise, and that ends its connection as if its
 * user had closed it when that is to be no more: what comes is not read, what is to go does not.
 */
final class WatchedEngine extends SSLEngine {
    private static final ByteBuffer[] NOTHING = {};

    private final SSLEngine engine;
    private final Tls.Refusals refusals;
    private final BooleanSupplier over;
    private boolean told;

    /** @param over whether the connection is to be no more; asked for each of its records */
    WatchedEngine(SSLEngine engine, Tls.Refusals refusals, BooleanSupplier over) {
        this.engine = engine;
        this.refusals = refusals;
        this.over = over;
    }

    private boolean isOver() {
        boolean over = this.over.getAsBoolean();
        if (over) {
            engine.closeOutbound();
        }
        return over;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) throws SSLException {
        boolean over = isOver();
        try {
            return over ? engine.wrap(NOTHING, 0, 0, target) : engine.wrap(sources, offset, length, target);
        } catch (SSLException e) {
            throw tell(e);
        }
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) throws SSLException {
        if (isOver()) {
            return new SSLEngineResult(SSLEngineResult.Status.CLOSED, engine.getHandshakeStatus(), 0, 0);
        }
        try {
            return engine.unwrap(source, targets, offset, length);
        } catch (SSLException e) {
            throw tell(e);
        }
    }

    private SSLException tell(SSLException failure) {
        if (told) {
            return failure;
        }
        told = true;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PeerRefused refused) {
                refusals.refused(refused.kind(), String.valueOf(refused.getMessage()));
                return failure;
            }
        }
        String message = String.valueOf(failure.getMessage());
        if (message.contains("nrecognized SSL message")) {
            refusals.refused("plain-text", "somebody spoke without TLS");
        } else if (message.contains("Empty client certificate chain")) {
            refusals.refused("no-certificate", "somebody showed no certificate");
        } else if (!message.contains("Received fatal alert") && !message.startsWith("closing inbound")) {
            // What the other side refuses, or breaks off, is no refusal of this side's.
            refusals.refused("handshake-failed", message);
        }
        return failure;
    }

    @Override
    public @Nullable String getPeerHost() {
        return engine.getPeerHost();
    }

    @Override
    public int getPeerPort() {
        return engine.getPeerPort();
    }

    @Override
    public void beginHandshake() throws SSLException {
        engine.beginHandshake();
    }

    @Override
    public void closeInbound() throws SSLException {
        engine.closeInbound();
    }

    @Override
    public boolean isInboundDone() {
        return engine.isInboundDone();
    }

    @Override
    public void closeOutbound() {
        engine.closeOutbound();
    }

    @Override
    public boolean isOutboundDone() {
        return engine.isOutboundDone();
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return engine.getDelegatedTask();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return engine.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return engine.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        engine.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return engine.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return engine.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        engine.setEnabledProtocols(protocols);
    }

    @Override
    public SSLSession getSession() {
        return engine.getSession();
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return engine.getHandshakeSession();
    }

    @Override
    public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
        return engine.getHandshakeStatus();
    }

    @Override
    public void setUseClientMode(boolean mode) {
        engine.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return engine.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        engine.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return engine.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        engine.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return engine.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        engine.setEnableSessionCreation(flag);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return engine.getEnableSessionCreation();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return engine.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        engine.setSSLParameters(parameters);
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return engine.getApplicationProtocol();
    }

    @Override
    public @Nullable String getHandshakeApplicationProtocol() {
        return engine.getHandshakeApplicationProtocol();
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        engine.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public @Nullable BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return engine.getHandshakeApplicationProtocolSelector();
    }
}
