// Signatures by BouncyCastle, for the tests: a line of words in, a line out. Numbers are big-endian hexadecimal.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.crypto.digests.GOST3411Digest;
import org.bouncycastle.crypto.digests.GOST3411_2012_256Digest;
import org.bouncycastle.crypto.engines.GOST28147Engine;
import org.bouncycastle.crypto.engines.RC2Engine;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithSBox;
import org.bouncycastle.crypto.signers.ECGOST3410_2012Signer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12PBEOutputEncryptorBuilder;
import org.bouncycastle.util.Arrays;
import org.bouncycastle.util.encoders.Hex;

public class Peer {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = answer(line.split(" "));
            } catch (Exception error) {
                answer = "error " + error;
            }
            System.out.println(answer.replace('\n', ' '));
        }
    }

    static String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "sign":
                ECGOST3410_2012Signer signer = new ECGOST3410_2012Signer();
                signer.init(true, new ECPrivateKeyParameters(number(words[2]), domain(words[1])));
                BigInteger[] value = signer.generateSignature(Hex.decode(words[3]));
                return value[0].toString(16) + " " + value[1].toString(16);
            case "verify":
                ECDomainParameters domain = domain(words[1]);
                ECGOST3410_2012Signer verifier = new ECGOST3410_2012Signer();
                verifier.init(false, new ECPublicKeyParameters(
                    domain.getCurve().createPoint(number(words[2]), number(words[3])), domain));
                return "" + verifier.verifySignature(Hex.decode(words[4]), number(words[5]), number(words[6]));
            case "cms-verify":
                return "" + verifyContainer(Files.readAllBytes(Path.of(words[1])), Files.readAllBytes(Path.of(words[2])));
            case "cms-sign":
                Files.write(Path.of(words[4]), signContainer(words[1], words[2], Files.readAllBytes(Path.of(words[3]))));
                return "written";
            case "cryptopro-pfx":
                Files.write(Path.of(words[5]), exportedByProvider(words[1], words[2], new String(Hex.decode(words[3]), "UTF-8"), words[4]));
                return "written";
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    static BigInteger number(String digits) {
        return new BigInteger(digits, 16);
    }

    static ECDomainParameters domain(String oid) {
        X9ECParameters curve = ECGOST3410NamedCurves.getByOIDX9(new ASN1ObjectIdentifier(oid));
        if (curve == null) {
            throw new IllegalArgumentException("unknown set " + oid);
        }
        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }

    static boolean verifyContainer(byte[] container, byte[] content) throws Exception {
        CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(content), container);
        SignerInformation signer = data.getSignerInfos().getSigners().iterator().next();
        Object holder = data.getCertificates().getMatches(signer.getSID()).iterator().next();
        byte[] der = ((org.bouncycastle.cert.X509CertificateHolder) holder).getEncoded();
        X509Certificate certificate = (X509Certificate)
            CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(der));
        return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate));
    }

    static byte[] signContainer(String keyFile, String certificateFile, byte[] content) throws Exception {
        PEMParser reader = new PEMParser(new StringReader(Files.readString(Path.of(keyFile))));
        PrivateKey key = new JcaPEMKeyConverter().setProvider("BC").getPrivateKey((PrivateKeyInfo) reader.readObject());
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(Files.newInputStream(Path.of(certificateFile)));
        boolean wide = certificate.getSigAlgOID().endsWith("3.3");
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
            new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(new JcaContentSignerBuilder(wide ? "GOST3411-2012-512WITHECGOST3410-2012-512" : "GOST3411-2012-256WITHECGOST3410-2012-256")
                    .setProvider("BC").build(key), certificate));
        generator.addCertificates(new JcaCertStore(List.of(certificate)));
        return generator.generate(new CMSProcessableByteArray(content), false).getEncoded();
    }

    // A container as CryptoPro CSP exports it: the key under the private algorithm, the certificate under RC2, a MAC of SHA-1.
    static byte[] exportedByProvider(String keyFile, String certificateFile, String password, String substitution) throws Exception {
        PEMParser reader = new PEMParser(new StringReader(Files.readString(Path.of(keyFile))));
        PrivateKeyInfo info = (PrivateKeyInfo) reader.readObject();
        byte[] secret = info.getPrivateKey().getOctets();
        ASN1Sequence parameters = ASN1Sequence.getInstance(info.getPrivateKeyAlgorithm().getParameters());
        boolean wide = secret.length == 64;
        ASN1ObjectIdentifier digest = new ASN1ObjectIdentifier(wide ? "1.2.643.7.1.1.2.3" : "1.2.643.7.1.1.2.2");
        byte[] sbox = GOST28147Engine.getSBox(substitution);
        SecureRandom random = new SecureRandom();
        byte[] salt = new byte[16];
        byte[] material = new byte[8];
        random.nextBytes(salt);
        random.nextBytes(material);

        byte[] key = password.getBytes("UTF-16LE");
        for (int round = 1; round <= 2000; round++) {
            GOST3411Digest hash = new GOST3411Digest();
            hash.update(key, 0, key.length);
            hash.update(salt, 0, salt.length);
            hash.update((byte) (round >> 8));
            hash.update((byte) round);
            key = new byte[32];
            hash.doFinal(key, 0);
        }
        HMac mac = new HMac(new GOST3411_2012_256Digest());
        mac.init(new KeyParameter(key));
        byte[] seed = Hex.decode("0126bdb87800" + Hex.toHexString(material) + "0100");
        mac.update(seed, 0, seed.length);
        byte[] wrapping = new byte[32];
        mac.doFinal(wrapping, 0);
        GOST28147Engine wrap = new GOST28147Engine();
        wrap.init(true, new ParametersWithSBox(new KeyParameter(wrapping), sbox));
        byte[] wrapped = new byte[secret.length];
        for (int block = 0; block < wrapped.length; block += 8) {
            wrap.processBlock(secret, block, wrapped, block);
        }

        ASN1Encodable described = new DERTaggedObject(false, 0, new DERSequence(new ASN1Encodable[] {
            new DERBitString(new byte[] {3}, 0),
            new DERTaggedObject(false, 0, new DERSequence(new ASN1Encodable[] {
                info.getPrivateKeyAlgorithm().getAlgorithm(),
                new DERSequence(new ASN1Encodable[] {parameters.getObjectAt(0), digest}),
            })),
        }));
        byte[] export = new DERSequence(new ASN1Encodable[] {
            new DERSequence(new ASN1Encodable[] {
                new DEROctetString(material),
                new DERSequence(new ASN1Encodable[] {new DEROctetString(wrapped), new DEROctetString(new byte[4])}),
                described,
            }),
            new DEROctetString(new byte[4]),
        }).getEncoded();
        byte[] header = Hex.decode(wide ? "0720000042aa00002020202020202020" : "0720000046aa00002020202020202020");
        byte[] blob = new DERSequence(new ASN1Encodable[] {
            new ASN1Integer(0), new DERSequence(), new DEROctetString(Arrays.concatenate(header, export)),
        }).getEncoded();
        byte[] locked = new byte[blob.length];
        GOST28147Engine cipher = new GOST28147Engine();
        cipher.init(true, new ParametersWithSBox(new KeyParameter(key), sbox));
        byte[] feedback = Arrays.copyOf(salt, 8);
        for (int start = 0; start < blob.length; start += 8) {
            byte[] gamma = new byte[8];
            cipher.processBlock(feedback, 0, gamma, 0);
            for (int index = start; index < Math.min(start + 8, blob.length); index++) {
                locked[index] = (byte) (blob[index] ^ gamma[index - start]);
                feedback[index - start] = locked[index];
            }
        }
        EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(
            new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.113549.1.12.1.80"),
                new DERSequence(new ASN1Encodable[] {new DEROctetString(salt), new ASN1Integer(2000)})), locked);

        X509CertificateHolder certificate = new X509CertificateHolder(((X509Certificate) CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(Files.newInputStream(Path.of(certificateFile)))).getEncoded());
        PKCS12PfxPduBuilder container = new PKCS12PfxPduBuilder();
        container.addData(new PKCS12SafeBag(new SafeBag(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag, encrypted)));
        container.addEncryptedData(
            new BcPKCS12PBEOutputEncryptorBuilder(PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC, new CBCBlockCipher(new RC2Engine()))
                .build(password.toCharArray()),
            new PKCS12SafeBag[] {new PKCS12SafeBagBuilder(certificate).build()});
        return container.build(new BcPKCS12MacCalculatorBuilder(), password.toCharArray()).getEncoded();
    }
}
