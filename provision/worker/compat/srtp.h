#pragma once

/**
 * The part of the libsrtp 3 API that the worker uses, on top of libsrtp 2.
 *
 * - libsrtp 3 policies are opaque and built by setters; libsrtp 2 takes a plain struct.
 * - libsrtp 3 reads from one buffer and writes into another; libsrtp 2 works in place. The
 *   functions here copy first when the buffers differ and check the room for the trailer, which
 *   libsrtp 2 only documents as a precondition.
 *
 * The functions overload the C functions of the same name by their parameters.
 */

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

// The struct of libsrtp 2 steps aside so that its name can denote libsrtp 3's handle.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <openssl/crypto.h> // OPENSSL_cleanse()

// These codes exist only in libsrtp 3. Their values are free in libsrtp 2 and within the range of
// its enumeration, whose last value is 27.
static_assert(srtp_err_status_pkt_idx_adv == 27);
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

struct srtp_policy_handle
{
	srtp2_policy_t policy{};
	// libsrtp 2 wants master key and master salt in one piece.
	std::array<uint8_t, SRTP_MAX_KEY_LEN> key{};

	~srtp_policy_handle()
	{
		OPENSSL_cleanse(this->key.data(), this->key.size());
	}
};

using srtp_policy_t = srtp_policy_handle*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) srtp_policy_handle();

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto err = srtp_crypto_policy_set_from_profile_for_rtp(
	  std::addressof(policy->policy.rtp), profile);

	if (err != srtp_err_status_ok)
	{
		return err;
	}

	return srtp_crypto_policy_set_from_profile_for_rtcp(
	  std::addressof(policy->policy.rtcp), profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	if (mkiLen != 0 || keyLen + saltLen > policy->key.size())
	{
		return srtp_err_status_bad_param;
	}

	std::copy_n(key, keyLen, policy->key.begin());
	std::copy_n(salt, saltLen, policy->key.begin() + keyLen);

	policy->policy.key = policy->key.data();

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t windowSize)
{
	policy->policy.window_size = static_cast<unsigned long>(windowSize);

	return srtp_err_status_ok;
}

// Sessions copy the key, so the policy may be destroyed right after.
inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, static_cast<const srtp2_policy_t*>(std::addressof(policy->policy)));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

namespace srtp_compat
{
	using InPlace = srtp_err_status_t (*)(srtp_t, void*, int*);

	/**
	 * Runs an in-place libsrtp 2 function on `out` after copying `in` there; `growth` is the most
	 * that the function may append.
	 */
	inline srtp_err_status_t Run(
	  InPlace function,
	  srtp_t session,
	  const uint8_t* in,
	  size_t inLen,
	  uint8_t* out,
	  size_t* outLen,
	  size_t growth)
	{
		if (inLen > static_cast<size_t>(std::numeric_limits<int>::max()) - growth)
		{
			return srtp_err_status_bad_param;
		}

		if (*outLen < inLen + growth)
		{
			return srtp_err_status_buffer_small;
		}

		if (in != out)
		{
			std::memcpy(out, in, inLen);
		}

		auto len       = static_cast<int>(inLen);
		const auto err = function(session, out, std::addressof(len));

		if (err == srtp_err_status_ok)
		{
			*outLen = static_cast<size_t>(len);
		}

		return err;
	}
} // namespace srtp_compat

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	return srtp_compat::Run(
	  static_cast<srtp_compat::InPlace>(srtp_protect),
	  session,
	  rtp,
	  rtpLen,
	  srtp,
	  srtpLen,
	  SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return srtp_compat::Run(
	  static_cast<srtp_compat::InPlace>(srtp_unprotect), session, srtp, srtpLen, rtp, rtpLen, 0);
}

// SRTCP appends the index word and, unlike SRTP, may do so after a full trailer.
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	return srtp_compat::Run(
	  static_cast<srtp_compat::InPlace>(srtp_protect_rtcp),
	  session,
	  rtcp,
	  rtcpLen,
	  srtcp,
	  srtcpLen,
	  SRTP_MAX_TRAILER_LEN + sizeof(uint32_t));
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return srtp_compat::Run(
	  static_cast<srtp_compat::InPlace>(srtp_unprotect_rtcp), session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}
